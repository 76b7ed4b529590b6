"""The engine's provider plugin: one resource type, every seller.

A process of its own, started by the engine through a two-line script in PULUMI_HOME. The SDK's
stock servicer is not used: after a failed create it leaves the machine in no state at all.
"""
