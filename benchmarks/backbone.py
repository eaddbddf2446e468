"""The ImageNet encoder that trials of the board learn on: weights in a folder of this machine, which settings name."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from leaderboard.tasks.trial import LOCAL_WEIGHTS

WEIGHTS = f"{LOCAL_WEIGHTS}mobilenetv2_100"  # stands in settings for the folder that the option names


def with_local_weights(settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The settings with the folder in place of WEIGHTS."""
    return {key: f"{LOCAL_WEIGHTS}{folder.resolve()}" if value == WEIGHTS else value for key, value in settings.items()}


def add_to(parser: ArgumentParser) -> None:
    """The option --weights."""
    default = Path("../shared/weights/mobilenetv2_100")
    parser.add_argument("--weights", type=Path, default=default, help="of the encoder, a folder in timm's form")
