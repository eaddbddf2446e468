"""The Segment tab: the canvas, what it asks the server, open pictures."""
