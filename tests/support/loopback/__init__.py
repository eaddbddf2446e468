"""A Hub on this machine's loopback, for the unmodified huggingface_hub, datasets and timm clients.

Clients read HF_ENDPOINT when they are imported, so conftest.py calls `environment.prepare` before anything else; the
fixture `hub_server` then gives a running, empty LoopHub. Other processes inherit the environment.
"""

from .server import LoopHub

__all__ = ["LoopHub"]
