"""Pictures and masks: their files, sizes, outlines, and enlargement that keeps edges."""
