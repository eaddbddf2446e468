"""What the Hub's clients read when they are imported: one address on this machine, one token, an empty cache."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

TOKENS = {"hf_ann": "ann", "hf_bob": "bob"}
_bound: list[socket.socket] = []


def prepare() -> None:
    """Point every client of this process and its children at the loopback Hub; before they are imported."""
    if "huggingface_hub" in sys.modules:
        raise RuntimeError("huggingface_hub was imported before its environment was prepared: import it later")
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))  # bound and not listening: until the Hub runs, a connection fails at once
    _bound.append(listener)
    home = tempfile.mkdtemp(prefix="loopback-hub-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    settings = {"HF_ENDPOINT": endpoint(), "HF_HOME": home, "HF_TOKEN": "hf_ann", "HF_HUB_OFFLINE": "0"}
    settings |= {f"HF_HUB_DISABLE_{what}": "1" for what in ("XET", "TELEMETRY", "UPDATE_CHECK", "PROGRESS_BARS")}
    for key in ("HF_HUB_CACHE", "HF_DATASETS_CACHE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE"):
        os.environ.pop(key, None)
    os.environ.update(settings | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"})


def listener() -> socket.socket:
    """The socket whose address the clients know."""
    return _bound[0]


def endpoint() -> str:
    """The address of the loopback Hub, "http://127.0.0.1:PORT"."""
    return f"http://127.0.0.1:{_bound[0].getsockname()[1]}"


def empty_cache() -> None:
    """Forget all that the clients have fetched."""
    for path in Path(os.environ["HF_HOME"]).iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
