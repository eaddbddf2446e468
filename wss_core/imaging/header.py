"""Reads what a picture's file says beside its pixels: how EXIF data turn it, and how many pages it holds."""

from __future__ import annotations

import io
import os
from typing import NamedTuple

from PIL import Image

from ..conventions import ImageError
from .io import DAMAGE, FORMATS, MAX_PIXELS

ORIENTATION = 0x0112
UPRIGHT = 1


class Header(NamedTuple):
    """How a picture is turned before it is shown (1..8 as in EXIF, 1 = not at all), and its number of pages."""

    orientation: int = UPRIGHT
    pages: int = 1

    @property
    def swaps_sides(self) -> bool:
        """Whether the turn exchanges width and height."""
        return self.orientation >= 5


def read_header(source: bytes | os.PathLike) -> Header:
    """Read the header of a picture's file, given as its bytes or its path; Header() where it cannot be read.

    Pages are those as large as the first: a small preview is none. Frames of an animation count as pages.
    """
    try:
        with Image.open(_file(source), formats=FORMATS) as image:
            return Header(_orientation(image), _pages(image))
    except (*DAMAGE, Image.DecompressionBombError, MemoryError):
        return Header()


def read_page(source: bytes | os.PathLike, number: int) -> bytes:
    """Return page `number`, from 0, of a file of several as a TIFF of its own. Raises ImageError."""
    try:
        with Image.open(_file(source), formats=FORMATS) as image:
            image.seek(number)
            if image.width * image.height > MAX_PIXELS:
                raise ImageError(f"page {number + 1} has too many pixels. Give at most {MAX_PIXELS:,}")
            page = io.BytesIO()
            image.save(page, "TIFF")
            return page.getvalue()
    except (*DAMAGE, Image.DecompressionBombError, MemoryError) as error:
        if isinstance(error, ImageError):
            raise
        raise ImageError(f"page {number + 1} cannot be read ({error}). Save the file again") from None


def _file(source):
    return io.BytesIO(source) if isinstance(source, bytes) else os.fspath(source)


def _orientation(image: Image.Image) -> int:
    if image.format == "PNG" and "exif" not in image.info:
        return UPRIGHT  # looking further would decode the picture
    orientation = image.getexif().get(ORIENTATION, UPRIGHT)
    return orientation if orientation in range(1, 9) else UPRIGHT


def _pages(image: Image.Image) -> int:
    frames = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)  # a phone's MPO holds one photo twice
    if frames == 1 or image.format != "TIFF":
        return frames
    size, count = image.size, 0
    for number in range(frames):
        image.seek(number)
        count += image.size == size
    return count
