"""Networks of timm, convolutional or transformer, as feature extractors; no other module creates them by name.

timm and torch are imported where they are used: both load slowly.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..imaging.resize import resize_linear

if TYPE_CHECKING:
    import torch
    from torch import nn

MAX_SIDE = 384  # pixels: longer side that pictures are resized to for the network
MIN_STRIDE = 4  # pixels in a cell of a map; finer maps hold no more than colour does
MAX_BYTES = {"config.json": 1_000_000, "model.safetensors": 4_000_000_000}  # of each file
IGNORED_ARGUMENTS = (
    "in_chans",
    "num_classes",
    "global_pool",
)  # timm writes them always; features do not depend on them
COMPONENTS = 8  # principal components that are kept of each scale


@dataclass(frozen=True)
class Backbone:
    """A network of timm in evaluation mode, with the form of its input."""

    model: nn.Module
    "Images -> a list of feature maps, see `feature_maps`."
    mean: np.ndarray
    "float32 (channels,), of pixels 0..1."
    std: np.ndarray
    "float32 (channels,), of pixels 0..1."
    multiple: int
    "The sides of its images must be multiples of it, in pixels."
    fixed: tuple[int, int] | None
    "The one (height, width) it takes, or None."


@functools.lru_cache(maxsize=2)
def load(name: str) -> Backbone:
    """Load the pretrained network that timm calls `name`, or one of "hf-hub:USER/REPO" or "local-dir:FOLDER".

    Raises ValueError when timm has no such network or weights, or the weights cannot be downloaded.
    """
    import timm

    model = _create(name).requires_grad_(False)
    settings = timm.data.resolve_data_config(pretrained_cfg=model.pretrained_cfg)
    mean, std = (np.asarray(settings[key], np.float32) for key in ("mean", "std"))
    return _with_sizes(model, mean, std, tuple(settings["input_size"][1:]))


def trainable(name: str, channels: int = 3, padding: str = "", pretrained: bool = True) -> Backbone:
    """Create a network to be trained, for pictures of `channels`. padding: timm's pad_type, "" = the network's own.

    pretrained=False: random weights, by timm's name of the architecture; nothing is downloaded. Raises ValueError like
    `load`.
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
    """Find timm's name and the padding from which `trainable` can create the network `name` again without weights.

    Raises ValueError for a network that needs other arguments too, or whose config.json cannot be read.
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
            f"timm:{name:.80} is made with {', '.join(arguments)}, which a checkpoint cannot store. Choose another"
        )
    return model_name, padding


def resolve_architecture(name: str, padding: str) -> tuple[str, str]:
    """Give the (name, padding) that a checkpoint stores for a backbone: "timm:NAME" with timm's name of it."""
    place = name.removeprefix("timm:")
    if place == name:
        return name, padding
    model_name, own_padding = architecture(place)
    return f"timm:{model_name}", padding or own_padding


def component_maps(backbone: Backbone, image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Compute the principal components of each scale's map: float32 (D, h, w), mean 0, total variance 1 for each scale."""
    maps = _run(backbone, _resize_image(backbone, image))
    return np.concatenate([resize_linear(_components(m), grid) for m in _coarse(backbone, maps)])


def channel_maps(backbone: Backbone, image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Compute every channel of each scale's map, comparable between pictures: float32 (D, h, w)."""
    maps = _run(backbone, _resize_image(backbone, image))
    return np.concatenate([resize_linear(m, grid) for m in _coarse(backbone, maps)])


def _with_sizes(model: nn.Module, mean: np.ndarray, std: np.ndarray, own: tuple[int, int]) -> Backbone:
    """Find out by a trial run which sizes the network takes. own: the (height, width) it was made for."""
    multiple = int(np.lcm.reduce(model.feature_info.reduction()))
    backbone = Backbone(model.eval(), mean, std, multiple, None)
    try:  # transformers with windows or positions of one size say so only when they run
        _run(backbone, np.zeros((2 * multiple, 3 * multiple, len(mean)), np.uint8))
    except (AssertionError, RuntimeError, ValueError):
        return Backbone(model, mean, std, multiple, own)
    return backbone


def _fetch_weights(name: str) -> str:
    """Download "hf-hub:USER/REPO@REVISION" and return "local-dir:FOLDER"; return other names unchanged.

    timm's own download would unpickle a stranger's file where safetensors are missing. Raises ValueError.
    """
    source, colon, place = name.partition(":")
    if not colon or source == "local-dir":
        return name
    if source != "hf-hub":
        raise ValueError(f"{source:.20} is not a source of networks. Give hf-hub:USER/REPO or local-dir:FOLDER")
    repo, _, revision = place.partition("@")
    from .. import hub_client  # huggingface_hub is loaded by those alone who fetch

    folder = hub_client.fetch(repo, MAX_BYTES, revision or None).folder
    missing = [file for file in MAX_BYTES if not (folder / file).is_file()]
    if missing:
        raise ValueError(f"{repo} holds no {missing[0]}, and nothing else is read")
    return f"local-dir:{folder}"


def _create(name: str, pretrained: bool = True, arguments: dict | None = None) -> nn.Module:
    """Create a network by name. Raises ValueError where timm has none of that name or its weights cannot be had."""
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
    """Leave out the maps finer than MIN_STRIDE, but not the last one."""
    steps = backbone.model.feature_info.reduction()[-len(maps) :]
    return [m for m, step in zip(maps, steps, strict=True) if step >= MIN_STRIDE] or maps[-1:]


def _with_any_size(name: str, pretrained: bool, arguments: dict) -> nn.Module:
    """Create a network for any image size where it can: most transformers can resize the positions that they learned."""
    import timm

    try:
        return timm.create_model(name, pretrained, features_only=True, dynamic_img_size=True, **arguments)
    except TypeError:
        return timm.create_model(name, pretrained, features_only=True, **arguments)


def _resize_image(backbone: Backbone, image: np.ndarray) -> np.ndarray:
    """Resize an image uint8 (H, W, 3) to a size that the network takes."""
    height, width = image.shape[:2]
    step = backbone.multiple
    scale = MAX_SIDE / max(height, width)
    size = backbone.fixed or tuple(max(step, round(side * scale / step) * step) for side in (height, width))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.resize(image, size[::-1], interpolation=interpolation)


def _run(backbone: Backbone, image: np.ndarray) -> list[np.ndarray]:
    """Run the network on an image uint8 (H, W, C): maps float32 (D, h, w), one for each scale."""
    import torch

    pixels = (image.astype(np.float32) / 255 - backbone.mean) / backbone.std
    with torch.inference_mode():
        return [
            a[0].float().numpy() for a in feature_maps(backbone.model, torch.from_numpy(pixels).permute(2, 0, 1)[None])
        ]


def feature_maps(model: nn.Module, pixels: torch.Tensor) -> list[torch.Tensor]:
    """Run the network on pixels (B, C, H, W): maps (B, D, h, w), one for each scale, also from networks with NHWC output."""
    channels_last = str(getattr(model, "output_fmt", "")).endswith("NHWC")
    return [m.permute(0, 3, 1, 2) if channels_last else m for m in model(pixels)]


def _components(maps: np.ndarray) -> np.ndarray:
    """Project a map (D, h, w) on its principal axes: float32 (COMPONENTS or fewer, h, w)."""
    cells = maps.reshape(len(maps), -1).T
    cells = cells - cells.mean(axis=0)
    _, axes = np.linalg.eigh(cells.T @ cells / len(cells))
    components = cells @ axes[:, ::-1][:, :COMPONENTS]
    total = np.sqrt((components**2).sum(axis=1).mean()) + 1e-6
    return np.ascontiguousarray((components / total).T.reshape(-1, *maps.shape[1:]), np.float32)


def count_parameters(name: str) -> int:
    """Count the parameters of the network that timm calls `name`, without downloading it or holding its weights.

    Raises ValueError when timm has no such network.
    """
    import timm
    import torch

    if not timm.is_model(name.partition(".")[0]):
        raise ValueError(f"timm has no model {name:.80}. See timm.list_models()")
    with torch.device("meta"):
        network = timm.create_model(name, pretrained=False, features_only=True)
    return sum(tensor.numel() for tensor in network.parameters())
