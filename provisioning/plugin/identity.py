"""The plugin's name and version, as the engine looks for them on disk."""

PACKAGE = "ampacity"
VERSION = "0.1.0"
