#!/bin/sh
# Runs once, at first boot, on every machine of the deployment.
set -eu
mkdir -p /opt/llama-train
date -u +%FT%TZ > /opt/llama-train/booted-at
