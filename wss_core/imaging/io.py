"""Reading and writing of pictures and masks; Pillow is used only here and in `resize`.

Pictures become uint8 RGB: grey, 16 and 32 bit, floats, alpha (laid over white), palettes, CMYK, EXIF rotations, the
first frame of an animation. The size in the header is checked before a pixel is decoded.
"""

from __future__ import annotations

import io
import os
import struct

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from ..conventions import UNKNOWN, ImageError

ImageLike = np.ndarray | Image.Image | bytes | str | os.PathLike
"""What `read_image` takes: an array, a PIL image, a file's bytes or its path."""
MAX_PIXELS = 40_000_000
IGNORED_COLOUR = (224, 224, 192)  # as the border in PASCAL VOC
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF")  # a phone's MPO opens as JPEG
LOSSLESS = ("PNG", "BMP", "TIFF", "GIF", "PPM")
# What Pillow's decoders raise for damaged files; AVIF's a RuntimeError, TIFF's a TypeError.
DAMAGE = (OSError, SyntaxError, ValueError, EOFError, RuntimeError)
DAMAGE += (TypeError, LookupError, ArithmeticError, struct.error)


def read_image(source: ImageLike, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """Read a picture, uint8 (H, W, 3) RGB, from a path, a file's bytes, a PIL image or an array.

    Raises ImageError with what to do when the source is no picture, is cut short, or has more than `max_pixels` pixels
    (by its header, before decoding).
    """
    if isinstance(source, np.ndarray):
        return _array_to_rgb(source, max_pixels)
    if isinstance(source, Image.Image):
        try:
            return _pil_to_rgb(source, max_pixels)
        except DAMAGE as error:
            if isinstance(error, ImageError):
                raise
            raise ImageError(f"the picture is damaged or cut short ({error}). Open it anew and retry") from None
    file = io.BytesIO(source) if isinstance(source, bytes) else os.fspath(source)
    try:
        with Image.open(file, formats=FORMATS) as image:
            return _pil_to_rgb(image, max_pixels)
    except FileNotFoundError:
        raise ImageError(f"there is no file {source}. Check the path") from None
    except (Image.DecompressionBombError, MemoryError):
        raise ImageError(f"the picture has too many pixels. Send one of at most {max_pixels:,}") from None
    except UnidentifiedImageError:
        raise ImageError("this is not a picture that can be read. Send a PNG, JPEG, WebP, TIFF or GIF") from None
    except DAMAGE as error:
        if isinstance(error, ImageError):
            raise
        raise ImageError(f"the picture file is damaged or cut short ({error}). Save it again and retry") from None


def is_animated(data: bytes) -> bool:
    """Whether the bytes are an animation, of which only the first frame is used."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        return getattr(image, "is_animated", False) and image.format != "MPO"


def _check_size(width: int, height: int, max_pixels: int) -> None:
    if width < 1 or height < 1:
        raise ImageError("the picture is empty. Send one with at least one pixel")
    if width * height > max_pixels:
        raise ImageError(
            f"the picture is {width} x {height}, that is {width * height:,} pixels; at most {max_pixels:,} "
            "are taken. Make it smaller and send it again"
        )


def _pil_to_rgb(image: Image.Image, max_pixels: int) -> np.ndarray:
    _check_size(*image.size, max_pixels)
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I") or image.mode == "F":
        return _array_to_rgb(np.asarray(image), max_pixels)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return np.array(image.convert("RGB"))


def _array_to_rgb(array: np.ndarray, max_pixels: int) -> np.ndarray:
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or array.size == 0:
        raise ImageError(f"expected an array (H, W), (H, W, 3) or (H, W, 4), got {array.shape}. Give one picture")
    _check_size(array.shape[1], array.shape[0], max_pixels)
    if array.dtype == bool:
        array = array.astype(np.uint8) * 255
    alpha = _opacity(array[..., 3:]) if array.shape[2] == 4 else None
    array = array[..., :3]
    if array.dtype != np.uint8:
        array = stretch_contrast(array)
    if alpha is not None:
        array = np.rint(array * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return np.repeat(array, 3, axis=2) if array.shape[2] == 1 else array


def _opacity(alpha: np.ndarray) -> np.ndarray:
    """float32 0..1 of an alpha channel: whole numbers fill the range of their type, fractions are 0..1 already."""
    top = np.iinfo(alpha.dtype).max if alpha.dtype.kind in "ui" else 1
    return np.clip(np.nan_to_num(alpha.astype(np.float32) / top), 0, 1)


def stretch_contrast(array: np.ndarray, low: float = 0.1, high: float = 99.9) -> np.ndarray:
    """uint8 of any numbers: their `low`..`high` percentiles are stretched to 0..255 (a display window).

    Only finite values count for the window; infinities become its ends, NaN becomes 0.
    """
    values = array.astype(np.float64)
    finite = values[np.isfinite(values)]
    if not finite.size:
        finite = np.zeros(1)
    start, stop = np.percentile(finite, [low, high])
    if stop <= start:
        start, stop = finite.min(), max(finite.max(), finite.min() + 1)
    window = np.clip((values - start) / (stop - start), 0, 1)
    return np.rint(np.nan_to_num(window) * 255).astype(np.uint8)


def labels_to_png(labels: np.ndarray) -> bytes:
    """The bytes of a grey PNG whose values are the labels, uint8 (H, W)."""
    return image_to_bytes(Image.fromarray(labels), "PNG")


def labels_from_png(data: bytes, shape: tuple[int, int] | None, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """Read labels, uint8 (H, W), from the bytes of a grey or palette PNG.

    shape: the (H, W) it must have; None = any. Raises ImageError unless it is such a PNG.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            _check_size(*image.size, max_pixels)
            if image.mode not in ("L", "P"):
                raise ImageError(f"a mask must be an 8-bit grey or palette PNG, not {image.mode}. Save it as one")
            if shape is not None and image.size != (shape[1], shape[0]):
                size = f"{image.size[0]} x {image.size[1]}"
                raise ImageError(f"the mask is {size}, the picture {shape[1]} x {shape[0]}. Give them the same size")
            return np.array(image)
    except ImageError:
        raise
    except UnidentifiedImageError:
        raise ImageError("the mask is not a PNG that can be read. Save it again as PNG") from None
    except (*DAMAGE, Image.DecompressionBombError) as error:
        raise ImageError(f"the mask is not a PNG that can be read ({error}). Save it again as PNG") from None


def read_mask_values(source, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """Read the numbers in a mask's file (a path or bytes), uint8, uint16 or int32 (H, W); of a palette its indices.

    Raises ImageError unless it is a grey, palette or 1-bit picture (or grey saved as RGB) in a format that keeps every
    number: a JPEG does not.
    """
    file = io.BytesIO(source) if isinstance(source, bytes) else os.fspath(source)
    try:
        with Image.open(file, formats=LOSSLESS) as image:
            _check_size(*image.size, max_pixels)
            values = np.asarray(image)
    except FileNotFoundError:
        raise ImageError(f"there is no file {source}. Check the path") from None
    except UnidentifiedImageError:
        raise ImageError(f"a mask's file must keep every number: {', '.join(LOSSLESS)}. Save it as PNG") from None
    except (*DAMAGE, Image.DecompressionBombError, MemoryError) as error:
        if isinstance(error, ImageError):
            raise
        raise ImageError(f"the mask cannot be read ({error}). Save it again as PNG") from None
    if values.ndim == 3 and (values.shape[2] == 2 or (values == values[..., :1])[..., :3].all()):
        values = values[..., 0]  # grey with alpha, or grey saved as RGB
    if values.ndim != 2 or values.dtype.kind not in "bui":
        raise ImageError("the mask holds colours or fractions, not labels. Save it as a grey or palette PNG")
    return values.astype(np.uint8) if values.dtype == bool else values


def image_to_bytes(image: Image.Image | np.ndarray, kind: str, **options) -> bytes:
    """The bytes of a picture's file. kind: "PNG", "WEBP" or "JPEG"; options: those of Pillow for it."""
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def palette_png(labels: np.ndarray, colours: list[tuple[int, int, int]]) -> bytes:
    """The bytes of a mode-P PNG whose indices are the labels, uint8 (H, W).

    colours[i]: (R, G, B) of label i; UNKNOWN is near white as in PASCAL VOC.
    """
    image = Image.frombytes("P", labels.shape[::-1], np.ascontiguousarray(labels, np.uint8).tobytes())
    image.putpalette(colour_table(colours).tobytes())
    return image_to_bytes(image, "PNG")


def colour_table(colours) -> np.ndarray:
    """uint8 (256, 3): the colour of every label: colours[i], IGNORED_COLOUR for UNKNOWN, black for the rest."""
    table = np.zeros((256, 3), np.uint8)
    table[: len(colours)] = colours
    table[UNKNOWN] = IGNORED_COLOUR
    return table
