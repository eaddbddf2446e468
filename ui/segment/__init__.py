"""The Segment tab: a picture, cues drawn on it, and the mask that follows."""
