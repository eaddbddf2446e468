"""Loads a checkpoint of the Hub into memory, if the user may see it and this server can afford it."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from gradio.utils import get_space
from huggingface_hub import scan_cache_dir

from wss_core import Cues, Point, hub, hub_client, methods
from wss_core.cues import schema
from wss_core.features import TIMM
from wss_core.features.timm_backbone import count_parameters
from wss_core.hub.checkpoint_folder import WEIGHTS
from wss_core.hub_client import HubError
from wss_core.segmenter import Segmenter

from ..server import limits

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadedCheckpoint:
    """A checkpoint, ready to segment. checked_at: when the Hub last granted access, by time.monotonic()."""

    info: hub.Checkpoint
    segmenter: Segmenter
    nbytes: int
    checked_at: float

    @property
    def name(self) -> str:
        """USER/REPO@SHA."""
        return f"{self.info.source}@{self.info.sha}"


def find_on_hub(repo: str, revision: str | None, access_options) -> tuple[str, str | bool | None, hub.Checkpoint]:
    """Return (owner, the token it was seen with, what it declares), see `User.access_options`. Raises HubError."""
    *first_options, (last_owner, last_token) = access_options
    for owner, token in first_options:
        with suppress(HubError):
            return owner, token, hub.info_repo(repo, revision, token)
    return last_owner, last_token, hub.info_repo(repo, revision, last_token)


def load_checkpoint(info: hub.Checkpoint, token: str | bool | None) -> LoadedCheckpoint:
    """Load the weights and try them on a picture. Raises ValueError for a checkpoint that cannot be used here."""
    check_cost(info, own_machine=token is None)
    if token is not None:
        free_disk_space()
    hub_client.fetch(info.source, {WEIGHTS: limits.CHECKPOINT_BYTES}, info.sha, token)
    segmenter = hub.load_repo(info.source, info.sha, token)
    _try_on_picture(segmenter, info)
    nbytes = sum(array.nbytes for array in segmenter.state().values())
    return LoadedCheckpoint(info, segmenter, nbytes, time.monotonic())


def check_cost(info: hub.Checkpoint, own_machine: bool) -> None:
    """Raise ValueError for a checkpoint whose declared settings cost too much here.

    own_machine: whether the user sits at this machine, and so may fetch whatever they like.
    """
    _check_classes(info)
    for name, value in info.settings.items():
        _check_setting(methods.find(info.method), name, value, own_machine)


def free_disk_space() -> None:
    """In a Space, delete the least recently used repositories of the Hub's cache until it fits into DISK_BYTES."""
    if get_space() is None:
        return
    cache = scan_cache_dir()
    excess = cache.size_on_disk - limits.DISK_BYTES
    for repo in sorted(cache.repos, key=lambda repo: repo.last_accessed):
        if excess > 0:
            cache.delete_revisions(*(revision.commit_hash for revision in repo.revisions)).execute()
            excess -= repo.size_on_disk


def _check_classes(info: hub.Checkpoint) -> None:
    """The page must be able to show the classes, and to send them back as cues do."""
    if len(schema.class_names(list(info.classes))) == 1:
        raise ValueError(f"{info.source} knows one class alone, so there is nothing to tell apart. Take another")


def _check_setting(method: type[Segmenter], name: str, value, own_machine: bool) -> None:
    """Refuse a setting of a stranger's that costs the other visitors too much."""
    if isinstance(value, int | float) and name not in method.fit_settings:
        lowest, highest = method.cost_settings.get(name, (-limits.MAX_SETTING, limits.MAX_SETTING))
        if value > highest:
            raise ValueError(_too_large(f"its {name} is {value:.6g}, at most {highest} is possible"))
        if value < lowest:
            raise ValueError(_too_large(f"its {name} is {value:.6g}, at least {lowest} is possible"))
    if not isinstance(value, str) or ":" not in value:
        return
    network = value.removeprefix(TIMM)
    if ":" not in network:
        count = count_parameters(network)
        if 4 * count > limits.CHECKPOINT_BYTES:
            raise ValueError(_too_large(f"its {name} is a network of {count / 1e6:,.0f} million numbers"))
    elif not own_machine:
        raise ValueError(_too_large(f"its {name} is fetched from another repository"))


def _too_large(what: str) -> str:
    return f"this page cannot take that checkpoint: {what}. Use it in Python: wss_core.load(name)"


def _try_on_picture(segmenter: Segmenter, info: hub.Checkpoint) -> None:
    """Segment a small picture: what is fetched and compiled the first time is done here, and what fails fails here."""
    point = Cues(points=(Point(32, 24, 1),))
    try:
        segmenter.segment(np.zeros((48, 64, 3), np.uint8), Cues() if segmenter.learns else point)
    except ValueError:
        raise
    except Exception:
        log.exception("%s failed on a first picture", info.source)
        raise ValueError(
            f"{info.source} loads, but fails on a picture. Take another revision, or train again"
        ) from None
