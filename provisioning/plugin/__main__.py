"""`python -P -m ampacity.provisioning.plugin [flags] ENGINE_ADDRESS`: started by the engine."""

import sys

from .serve import main

main(sys.argv[1:])
