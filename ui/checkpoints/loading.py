"""A checkpoint of the Hub -> a segmenter in memory, if this server can afford it and the person may see it."""

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
from wss_core.features.timm_backbone import parameters
from wss_core.hub.checkpoint_folder import WEIGHTS
from wss_core.hub_client import HubError
from wss_core.segmenter import Segmenter

from ..server import limits

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadedCheckpoint:
    """A checkpoint, ready to segment. seen: when the Hub last gave it, by time.monotonic()."""

    about: hub.Checkpoint
    segmenter: Segmenter
    nbytes: int
    seen: float

    @property
    def name(self) -> str:
        """USER/REPO@SHA."""
        return f"{self.about.source}@{self.about.sha}"


def find_on_hub(repo: str, revision: str | None, ways) -> tuple[str, str | bool | None, hub.Checkpoint]:
    """(whose it is, the token it was seen with, what it says of itself). Raises HubError where there is none."""
    *others, (last, token) = ways
    for owner, other in others:
        with suppress(HubError):
            return owner, other, hub.info_repo(repo, revision, other)
    return last, token, hub.info_repo(repo, revision, token)


def load_checkpoint(about: hub.Checkpoint, token: str | bool | None) -> LoadedCheckpoint:
    """The checkpoint with its weights, tried on a picture. Raises ValueError for one that cannot be used here."""
    check_cost(about, own=token is None)
    if token is not None:
        free_disk_space()
    hub_client.fetch(about.source, {WEIGHTS: limits.CHECKPOINT_BYTES}, about.sha, token)
    segmenter = hub.load_repo(about.source, about.sha, token)
    _try(segmenter, about)
    return LoadedCheckpoint(about, segmenter, sum(a.nbytes for a in segmenter.state().values()), time.monotonic())


def check_cost(about: hub.Checkpoint, own: bool) -> None:
    """Raise ValueError for a checkpoint that costs too much here by what it says. own: the machine of whoever asks."""
    _check_classes(about)
    for name, value in about.settings.items():
        _check_setting(methods.find(about.method), name, value, own)


def free_disk_space() -> None:
    """In a Space: delete what was used the longest ago of the Hub's cache, until the rest fits into DISK_BYTES."""
    if get_space() is None:
        return
    cache = scan_cache_dir()
    over = cache.size_on_disk - limits.DISK_BYTES
    for repo in sorted(cache.repos, key=lambda repo: repo.last_accessed):
        if over > 0:
            cache.delete_revisions(*(revision.commit_hash for revision in repo.revisions)).execute()
            over -= repo.size_on_disk


def _check_classes(about: hub.Checkpoint) -> None:
    """The page must be able to show them, and send them back as cues do."""
    if len(schema.class_names(list(about.classes))) == 1:
        raise ValueError(f"{about.source} knows one class alone, so there is nothing to tell apart. Take another")


def _check_setting(method: type[Segmenter], name: str, value, own: bool) -> None:
    """What a stranger's settings may cost the others. own: the visitor's machine, who may fetch what they like."""
    if isinstance(value, int | float) and name not in method.fit_settings:
        lowest, highest = method.cost_settings.get(name, (-limits.SETTING, limits.SETTING))
        if value > highest:
            raise ValueError(_too_large(f"its {name} is {value:.6g}, at most {highest} goes"))
        if value < lowest:
            raise ValueError(_too_large(f"its {name} is {value:.6g}, at least {lowest} goes"))
    if not isinstance(value, str) or ":" not in value:
        return
    network = value.removeprefix(TIMM)
    if ":" not in network:
        count = parameters(network)
        if 4 * count > limits.CHECKPOINT_BYTES:
            raise ValueError(_too_large(f"its {name} is a network of {count / 1e6:,.0f} million numbers"))
    elif not own:
        raise ValueError(_too_large(f"its {name} is fetched from another repository"))


def _too_large(what: str) -> str:
    return f"this page cannot take that checkpoint: {what}. Use it in Python: wss_core.load(name)"


def _try(segmenter: Segmenter, about: hub.Checkpoint) -> None:
    """Segment a small picture: what is fetched and compiled the first time is done here, and what fails fails here."""
    point = Cues(points=(Point(32, 24, 1),))
    try:
        segmenter.segment(np.zeros((48, 64, 3), np.uint8), Cues() if segmenter.learns else point)
    except ValueError:
        raise
    except Exception:
        log.exception("%s failed on a first picture", about.source)
        raise ValueError(
            f"{about.source} loads, but fails on a picture. Take another revision, or train again"
        ) from None
