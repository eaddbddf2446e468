"""Read and write config.json of a checkpoint: method, settings and training, as plain values that are checked one by one."""

from __future__ import annotations

import json
import logging
import math
import re
from pathlib import Path

from ..methods import names
from ..segmenter import Segmenter

FORMAT = 2
MAX_BYTES = 1_000_000
MAX_DEPTH = 6
MAX_TEXT = 10_000
MAX_WHOLE = 2**63 - 1  # what others that read it can hold
KEYS = {"format", "method", "settings", "training"}
# No folder, address or drive: a plain word, or a network that is fetched by name.
PORTABLE = re.compile(r"[^/\\:~.\x00-\x1f][^/\\:\x00-\x1f]*|timm:[\w.]+|timm:hf-hub:[\w.-]+/[\w.-]+(@[\w.-]+)?|")


logger = logging.getLogger(__name__)


def dump(segmenter: Segmenter) -> str:
    """The text of a segmenter's config.json. Raises ValueError for what `read` would refuse."""
    document = segmenter.unknown | {
        "format": FORMAT,
        "method": segmenter.name,
        "settings": segmenter.settings(),
        "training": segmenter.training,
    }
    try:
        text = json.dumps(document, indent=2, allow_nan=False) + "\n"
        _check_values(document)
        _check_portable(document["settings"])
    except (TypeError, ValueError) as error:
        raise ValueError(f"cannot save {segmenter.name}: {error}") from None
    if len(text.encode()) > MAX_BYTES:
        raise ValueError(f"cannot save {segmenter.name}: config.json would be above {MAX_BYTES:,} bytes. Train less")
    return text


def read(path: Path, source: str) -> dict:
    """Read {"format", "method", "settings", "training"} from a file, which messages call `source`.

    Further keys, which a newer version may have written, are kept, with a warning that names them. Raises ValueError for
    anything else that `dump` does not write, and for another format, saying which versions read it.
    """
    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        raise ValueError(f"{source} is missing or above {MAX_BYTES:,} bytes. Give a folder written by save")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{source} is not JSON ({error}). Save the segmenter again") from None
    if not isinstance(document, dict) or "format" not in document:
        raise ValueError(f"{source} must hold {', '.join(sorted(KEYS))}. Save the segmenter again")
    if document["format"] != FORMAT:
        newer = isinstance(document["format"], int) and document["format"] > FORMAT
        advice = "A newer version saved it: update wss-core" if newer else "Save the segmenter again"
        raise ValueError(f"{source} has format {document['format']!r:.20}; this version reads {FORMAT}. {advice}")
    if (
        not set(document) >= KEYS
        or not isinstance(document["settings"], dict)
        or not isinstance(document["training"], dict)
    ):
        raise ValueError(f"{source} must hold {', '.join(sorted(KEYS))}. Save the segmenter again")
    if document["method"] not in names():
        raise ValueError(
            f"{source} names the method {document['method']!r:.40}. Known: {', '.join(names())}. If a newer version saved "
            "it, update wss-core"
        )
    try:
        _check_values(document)
        _check_portable(document["settings"])
    except ValueError as error:
        raise ValueError(f"cannot load {source}: {error}") from None
    if unknown := sorted(set(document) - KEYS):
        logger.warning(
            "%s holds more than this version knows (%s): kept as it is", source, repr(unknown)[1:200].rstrip("]")
        )
    return document


def _check_portable(settings: dict) -> None:
    """Raise ValueError for a setting that names a path or an address: nobody's machine shall open it, or have to have it."""
    for name, value in settings.items():
        texts = _all_texts(value) if name != "classes" else ()
        for text in texts:
            if not PORTABLE.fullmatch(text):
                raise ValueError(
                    f"the setting {name} names a folder of one machine, or an address ({text!r:.80}). Put the backbone "
                    "on the Hub and name it timm:hf-hub:USER/REPO"
                )


def _all_texts(value) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = [*value, *value.values()]
    return [text for item in value for text in _all_texts(item)] if isinstance(value, list | tuple) else []


def _check_values(value, where: str = "", depth: int = 0) -> None:
    """Raise ValueError unless every value is finite, of bounded size, and at most MAX_DEPTH lists or objects deep."""
    at = f" ({where:.80})" if where else ""
    if depth > MAX_DEPTH:
        raise ValueError(f"its values lie more than {MAX_DEPTH} lists or objects deep{at}. Make them flat")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"it holds a number that is not finite{at}. Leave that key out")
    if isinstance(value, int) and abs(value) > MAX_WHOLE:
        digits = int(value.bit_length() * math.log10(2)) + 1
        raise ValueError(f"it holds a whole number of about {digits} digits{at}, above 2^63 - 1. Leave that key out")
    if isinstance(value, str):
        _check_text(value, at)
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("its keys must be texts")
        for key, item in value.items():
            _check_text(key, at)
            _check_values(item, f"{where}.{key}" if where else key, depth + 1)
    if isinstance(value, list | tuple):
        for item in value:
            _check_values(item, where, depth + 1)


def _check_text(text: str, at: str) -> None:
    if len(text) > MAX_TEXT:
        raise ValueError(f"it holds a text above {MAX_TEXT:,} characters{at}. Make it shorter")
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError(f"it holds a text that is no Unicode{at}: half of a surrogate pair. Write it anew")
