"""Pictures and masks: files, sizes, outlines, edge-preserving enlargement."""
