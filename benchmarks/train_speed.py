"""Measure how much of a training's time is the network's own.

Compares pictures per second of the whole training loop with those of the same network that goes forward and backward on
one batch over and over; both take turns in one run.

python benchmarks/train_speed.py --out out
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from skimage import data
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from wss_core import networks
from wss_core.cues import Cues, Example, simulated_user
from wss_core.run_options import RunOptions
from wss_core.training import fit
from wss_core.training.config import TrainConfig
from wss_core.training.device import DeviceGroup

PHOTOS = ("astronaut", "coffee", "chelsea", "rocket", "immunohistochemistry", "retina")
CLASSES = ("background", "dark", "light")
TERMS = ("cross_entropy", "dice")  # those of full masks; others cost what they cost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for train_speed.csv")
    parser.add_argument("--backbones", nargs="+", default=["builtin", "unet"], help="networks to time (builtin unet)")
    parser.add_argument("--threads", type=int, default=2, help="threads of torch (%(default)s)")
    parser.add_argument("--steps", type=int, default=40, help="steps in each turn (%(default)s)")
    parser.add_argument("--turns", type=int, default=3, help="turns of loop and bare network (%(default)s)")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    rows = [measure(name, args.steps, args.turns) for name in args.backbones]
    args.out.mkdir(parents=True, exist_ok=True)
    with open(args.out / "train_speed.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        print(", ".join(f"{key} {value}" for key, value in row.items()))


def measure(backbone: str, steps: int, turns: int) -> dict:
    """Measure pictures per second of the loop and of the bare network, by the median step of all turns."""
    config = TrainConfig(steps=steps, batch=8, crop=224, side=384, channels=3, rate=1e-3, seed=0)
    examples, bare, whole = photos(), [], []
    for _ in range(turns):
        bare += bare_steps(backbone, config)
        whole += loop_steps(backbone, config, examples)
    own, all_of_it = (config.batch / float(np.median(times)) for times in (bare, whole))
    return {
        "backbone": backbone,
        "bare_pictures_a_second": round(own, 2),
        "loop_pictures_a_second": round(all_of_it, 2),
        "share": round(all_of_it / own, 3),
        "device": str(DeviceGroup()),
        "threads": torch.get_num_threads(),
    }


def bare_steps(backbone: str, config: TrainConfig) -> list[float]:
    """Time each step of going forward and backward on the same batch, in seconds."""
    devices = DeviceGroup()
    network = (
        networks.build(backbone, classes=len(CLASSES), width=64, channels=3, seed=0)
        .train()
        .to(devices.device, memory_format=torch.channels_last)
    )
    images = torch.rand(config.batch, 3, config.crop, config.crop, device=devices.device)
    labels = torch.randint(len(CLASSES), (config.batch, config.crop, config.crop), device=devices.device)
    times = []
    for _ in range(config.steps):
        start = time.perf_counter()
        network.zero_grad(set_to_none=True)
        with devices.autocast():
            loss = functional.cross_entropy(network(images), labels)
        loss.backward()
        loss.item()  # waits for the device
        times.append(time.perf_counter() - start)
    return times[3:]


def loop_steps(backbone: str, config: TrainConfig, examples: list[Example]) -> list[float]:
    """Time each step of a training, with batches, optimizer and teacher, in seconds."""
    ends = []
    options = RunOptions(quiet=True, progress=lambda step, steps, figures: ends.append(time.perf_counter()))
    network = networks.build(backbone, classes=len(CLASSES), width=64, channels=3, seed=0)
    fit.fit_network(network, examples, classes=CLASSES, config=config, options=options, terms=TERMS)
    return np.diff(ends)[3:].tolist()


def photos() -> list[Example]:
    """Load photographs that come with scikit-image, with strokes on their dark and light parts."""
    random, examples = np.random.default_rng(0), []
    for name in PHOTOS:
        image = np.ascontiguousarray(getattr(data, name)()[..., :3])
        image = cv2.resize(image, (480, 360), interpolation=cv2.INTER_AREA)
        truth = np.digitize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (80, 160)).astype(np.uint8)
        examples.append(Example(image, Cues(strokes=simulated_user.strokes_per_class(truth, 2, random)), truth, name))
    return examples


if __name__ == "__main__":
    main()
