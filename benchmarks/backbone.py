"""The ImageNet encoder of the board's trials: its weights lie in a local folder, which the settings of trials name."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from leaderboard.tasks.trial import LOCAL_WEIGHTS

WEIGHTS = f"{LOCAL_WEIGHTS}mobilenetv2_100"  # placeholder in settings for the folder that --weights names


def with_local_weights(settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Replace WEIGHTS in the settings by the folder."""
    return {key: f"{LOCAL_WEIGHTS}{folder.resolve()}" if value == WEIGHTS else value for key, value in settings.items()}


def add_to(parser: ArgumentParser) -> None:
    """Add the option --weights to a parser."""
    default = Path("../shared/weights/mobilenetv2_100")
    parser.add_argument(
        "--weights", type=Path, default=default, help="folder in timm's form with the encoder's weights (%(default)s)"
    )
