"""The conventions that hold everywhere in the project.

image   uint8 (H, W, 3), RGB
labels  uint8 (H, W); 255 = UNKNOWN (unlabelled, or to be ignored)
probs   float32 (C, H, W), sums to 1 over C
(x, y)  pixels, origin top left, pixel centres at whole numbers, x to the right
boxes   half open: [x0, x1) x [y0, y1)
Class 0 is background. Class names come in the order of their labels: place in the list = label.
"""

from __future__ import annotations

UNKNOWN = 255
MAX_CLASSES = 254
MAX_OBJECT = 65535  # the largest object number; instance maps are uint16
BACKGROUND = "background"


class CueError(ValueError):
    """Cues, or a document of cues, that cannot be used; the message says what to do."""


class ImageError(ValueError):
    """A picture that cannot be read; the message says what to do."""
