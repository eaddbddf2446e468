"""Any network of timm's, convolutional or transformer, as features. The only place that creates one by name."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from .. import hub_client
from ..imaging.resize import resize_linear

if TYPE_CHECKING:
    import torch
    from torch import nn

MAX_SIDE = 384  # pixels of the picture's longer side as the network sees it
MIN_STRIDE = 4  # maps finer than one cell in so many pixels tell no more than colour does
MAX_BYTES = {"config.json": 1_000_000, "model.safetensors": 4_000_000_000}  # bytes at most
IGNORED_ARGUMENTS = ("in_chans", "num_classes", "global_pool")  # what timm always tells and features do not depend on
COMPONENTS = 8  # principal components kept of every scale: what varies in this picture


@dataclass(frozen=True)
class Backbone:
    """A network in evaluation mode, its mean and std for pixels 0..1 (3,), and what its picture's sides must be
    multiples of; or the one (height, width) it takes."""

    model: nn.Module
    mean: np.ndarray
    std: np.ndarray
    multiple: int
    fixed: tuple[int, int] | None


@functools.lru_cache(maxsize=2)
def load(name: str) -> Backbone:
    """The pretrained network timm calls `name`; also "hf-hub:USER/REPO" and "local-dir:FOLDER".

    Raises ValueError when timm has no such network or weights, or they cannot be fetched.
    """
    import timm

    model = _create(name).requires_grad_(False)
    settings = timm.data.resolve_data_config(pretrained_cfg=model.pretrained_cfg)
    mean, std = (np.asarray(settings[key], np.float32) for key in ("mean", "std"))
    return _with_sizes(model, mean, std, tuple(settings["input_size"][1:]))


def trainable(name: str, channels: int = 3, padding: str = "", pretrained: bool = True) -> Backbone:
    """A network of one's own, to be trained, for pictures of `channels`. padding: timm's pad_type, "" = the network's.

    pretrained False: only its architecture, by timm's own name; nothing is fetched. Raises ValueError as `load`.
    """
    import timm

    if not pretrained and ":" in name:
        raise ValueError(f"{name:.80} is a place to fetch weights from, not an architecture. See timm.list_models()")
    model = _create(name, pretrained, {"in_chans": channels} | ({"pad_type": padding} if padding else {}))
    settings = timm.data.resolve_data_config(pretrained_cfg=model.pretrained_cfg)
    mean, std = (
        np.resize(np.mean(settings[key]) if channels == 1 else settings[key], channels) for key in ("mean", "std")
    )
    return _with_sizes(model, mean.astype(np.float32), std.astype(np.float32), tuple(settings["input_size"][1:]))


def architecture(name: str) -> tuple[str, str]:
    """(timm's own name, padding) that `trainable` makes the network `name` anew from, without fetching anything.

    Raises ValueError for a network made with other arguments than these.
    """
    if ":" not in name:
        return name, ""
    try:
        config = json.loads(Path(_fetch_weights(name).partition(":")[2], "config.json").read_text("utf-8"))
        model_name, arguments = config["architecture"], dict(config.get("model_args") or {})
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(
            f"cannot read the config.json of timm:{name:.80} ({error!s:.100}). Give its architecture"
        ) from None
    padding = arguments.pop("pad_type", "")
    arguments = {key: value for key, value in arguments.items() if key not in IGNORED_ARGUMENTS}
    if arguments:
        raise ValueError(
            f"timm:{name:.80} is made with {', '.join(arguments)}, which no checkpoint can tell. Choose another"
        )
    return model_name, padding


def resolve_architecture(name: str, padding: str) -> tuple[str, str]:
    """(name, padding) of a backbone as a checkpoint tells them: "timm:NAME" with the name of its architecture."""
    place = name.removeprefix("timm:")
    if place == name:
        return name, padding
    model_name, own_padding = architecture(place)
    return f"timm:{model_name}", padding or own_padding


def component_maps(backbone: Backbone, image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """float32 (D, h, w): the principal components of each scale's map, of mean 0 and together of variance 1 a scale."""
    maps = _run(backbone, _resize_image(backbone, image))
    return np.concatenate([resize_linear(_components(m), grid) for m in _coarse(backbone, maps)])


def channel_maps(backbone: Backbone, image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """float32 (D, h, w): every channel of each scale's map, the same for all pictures, so that they can be compared."""
    return np.concatenate(
        [resize_linear(m, grid) for m in _coarse(backbone, _run(backbone, _resize_image(backbone, image)))]
    )


def _with_sizes(model: nn.Module, mean: np.ndarray, std: np.ndarray, own: tuple[int, int]) -> Backbone:
    """The network in evaluation mode, with the sizes it takes; own: the (height, width) it was made for."""
    multiple = int(np.lcm.reduce(model.feature_info.reduction()))
    backbone = Backbone(model.eval(), mean, std, multiple, None)
    try:  # transformers with windows or positions of one size say so only when they run
        _run(backbone, np.zeros((2 * multiple, 3 * multiple, len(mean)), np.uint8))
    except (AssertionError, RuntimeError, ValueError):
        return Backbone(model, mean, std, multiple, own)
    return backbone


def _fetch_weights(name: str) -> str:
    """Of "hf-hub:USER/REPO@REVISION", fetched, "local-dir:FOLDER"; other names as they are. Raises ValueError.

    By itself timm would unpickle what a stranger's repository holds in place of safetensors.
    """
    source, colon, place = name.partition(":")
    if not colon or source == "local-dir":
        return name
    if source != "hf-hub":
        raise ValueError(f"{source:.20} is no place for networks. Give hf-hub:USER/REPO or local-dir:FOLDER")
    repo, _, revision = place.partition("@")
    folder = hub_client.fetch(repo, MAX_BYTES, revision or None).folder
    missing = [file for file in MAX_BYTES if not (folder / file).is_file()]
    if missing:
        raise ValueError(f"{repo} holds no {missing[0]}, and nothing else is read")
    return f"local-dir:{folder}"


def _create(name: str, pretrained: bool = True, arguments: dict | None = None) -> nn.Module:
    import timm

    try:
        return _with_any_size(_fetch_weights(name), pretrained, arguments or {})
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        if name.startswith(("hf-hub:", "local-dir:")) or timm.is_model(name.partition(".")[0]):
            raise ValueError(
                f"no pretrained weights for timm:{name:.80} ({reason:.200}). Check the name and the network; offline, "
                "fetch them beforehand or give a folder with config.json and model.safetensors as timm:local-dir:FOLDER"
            ) from None
        raise ValueError(f"timm has no model {name:.80} ({reason:.200}). See timm.list_models()") from None


def _coarse(backbone: Backbone, maps: list[np.ndarray]) -> list[np.ndarray]:
    """The maps that are not finer than MIN_STRIDE, at least the last one."""
    steps = backbone.model.feature_info.reduction()[-len(maps) :]
    return [m for m, step in zip(maps, steps, strict=True) if step >= MIN_STRIDE] or maps[-1:]


def _with_any_size(name: str, pretrained: bool, arguments: dict) -> nn.Module:
    """Transformers learn their positions for one size; most can stretch them, and those that cannot say so."""
    import timm

    try:
        return timm.create_model(name, pretrained, features_only=True, dynamic_img_size=True, **arguments)
    except TypeError:
        return timm.create_model(name, pretrained, features_only=True, **arguments)


def _resize_image(backbone: Backbone, image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    step = backbone.multiple
    scale = MAX_SIDE / max(height, width)
    size = backbone.fixed or tuple(max(step, round(side * scale / step) * step) for side in (height, width))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.resize(image, size[::-1], interpolation=interpolation)


def _run(backbone: Backbone, image: np.ndarray) -> list[np.ndarray]:
    """float32 (D, h, w) for every scale."""
    import torch

    pixels = (image.astype(np.float32) / 255 - backbone.mean) / backbone.std
    with torch.inference_mode():
        return [
            a[0].float().numpy() for a in feature_maps(backbone.model, torch.from_numpy(pixels).permute(2, 0, 1)[None])
        ]


def feature_maps(model: nn.Module, pixels: torch.Tensor) -> list[torch.Tensor]:
    """(B, D, h, w) for every scale, whatever order of axes the network answers in."""
    channels_last = str(getattr(model, "output_fmt", "")).endswith("NHWC")
    return [m.permute(0, 3, 1, 2) if channels_last else m for m in model(pixels)]


def _components(maps: np.ndarray) -> np.ndarray:
    """float32 (<= COMPONENTS, h, w): the map (D, h, w) along its principal axes."""
    cells = maps.reshape(len(maps), -1).T
    cells = cells - cells.mean(axis=0)
    _, axes = np.linalg.eigh(cells.T @ cells / len(cells))
    components = cells @ axes[:, ::-1][:, :COMPONENTS]
    total = np.sqrt((components**2).sum(axis=1).mean()) + 1e-6
    return np.ascontiguousarray((components / total).T.reshape(-1, *maps.shape[1:]), np.float32)


def count_parameters(name: str) -> int:
    """How many numbers the network timm calls `name` holds. Nothing is fetched and next to no memory taken.

    Raises ValueError where timm has no such network.
    """
    import timm
    import torch

    if not timm.is_model(name.partition(".")[0]):
        raise ValueError(f"timm has no model {name:.80}. See timm.list_models()")
    with torch.device("meta"):
        network = timm.create_model(name, pretrained=False, features_only=True)
    return sum(tensor.numel() for tensor in network.parameters())
