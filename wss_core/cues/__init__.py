"""Cues: what a person says of a picture, their JSON, their pixels, their cost, and simulated people who give them."""

from .cue_spec import CueSpec
from .cues import Box, Cues, Example, ImageInfo, Point, Stroke, read_document

__all__ = ["Box", "CueSpec", "Cues", "Example", "ImageInfo", "Point", "Stroke", "read_document"]
