"""Trains wss_core/weights from scratch: python -m recipes.builtin --data FOLDER --teacher FOLDER --work FOLDER

Three stages, each saved every two minutes; start the same command again to resume. distil: an encoder with random weights
learns from the teacher. interact: the whole network learns from simulated users. sessions: it learns to continue from
its own last prediction.
"""

from __future__ import annotations

import argparse
import logging
import os
from dataclasses import replace
from pathlib import Path

import cv2
import datasets
import torch
from safetensors.torch import save_file

from wss_core.builtin.cuenet import CueNet

from . import distil, interact, iterate
from .data import load_images

log = logging.getLogger(__name__)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets in the Hub's layout")
    parser.add_argument("--teacher", type=Path, required=True, help="folder with timm's config.json and weights")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints and logs")
    parser.add_argument(
        "--distil-steps", type=int, default=distil.Settings.steps, help="steps of the first stage (%(default)s)"
    )
    parser.add_argument(
        "--interact-steps", type=int, default=interact.Settings.steps, help="steps of the second stage (%(default)s)"
    )
    parser.add_argument(
        "--rounds", type=int, default=len(iterate.ROUNDS), help="rounds of the third stage (%(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of weights and batches (%(default)s)")
    parser.add_argument(
        "--device", default="cuda" if torch.cuda.is_available() else "cpu", help="torch device (%(default)s)"
    )
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of torch (%(default)s)")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    datasets.disable_progress_bars()
    images = load_images(args.data)
    settings = distil.Settings(steps=args.distil_steps, seed=args.seed)
    torch.manual_seed(args.seed)
    model = CueNet()
    encoder = distil.train(images, f"local-dir:{args.teacher}", settings, args.work, args.device)
    model.encoder.load_state_dict(encoder.state_dict())
    masked = [p for p in images if p.maps and not p.held_out]
    settings = interact.Settings(steps=args.interact_steps, seed=args.seed)
    model = interact.train(masked, model, settings, args.work, args.device)
    for settings in iterate.ROUNDS[: args.rounds]:
        model = iterate.train(masked, model, replace(settings, seed=args.seed + settings.seed), args.work, args.device)
    pack(model, args.work / "model.safetensors")


def pack(model: CueNet, path: Path) -> None:
    """Write the weights as the package holds them."""
    state = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    save_file({name: v for name, v in state.items() if not name.endswith("num_batches_tracked")}, path)
    log.warning("wrote %s, %.1f MB: put it into wss_core/weights", path, path.stat().st_size / 1e6)


if __name__ == "__main__":
    main()
