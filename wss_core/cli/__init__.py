"""The commands of python -m wss_core, one a file; each adds itself to the parser."""
