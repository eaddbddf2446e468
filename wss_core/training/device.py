"""The devices of a training: which one, at what precision, and the processes that share it. accelerate's only landlord."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager

import torch
from torch import nn

from ..networks import default_device

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def is_main_process() -> bool:
    """Return whether this is the one of the processes sharing a training that writes files."""
    return int(os.environ.get("RANK", "0")) == 0


def available_devices() -> tuple[str, ...]:
    """Return the names of the devices that this machine can train on, the CPU first."""
    if not torch.accelerator.is_available():
        return ("cpu",)
    kind = torch.accelerator.current_accelerator().type
    return ("cpu", kind, *(f"{kind}:{number}" for number in range(torch.accelerator.device_count())))


def check_device(device: str, precision: str) -> None:
    """Raise ValueError for a device that this machine does not have, or a precision that is not among PRECISIONS."""
    if str(device) not in ("auto", *available_devices()):
        there = ", ".join(("auto", *available_devices()))
        raise ValueError(f"there is no device {str(device)!r:.40} here. Choose one of: {there}")
    if precision not in ("auto", *PRECISIONS):
        raise ValueError(f"no precision {precision!r:.40}. Choose auto, {', '.join(PRECISIONS)}")


class DeviceGroup:
    """The device of this process and the processes it trains with, as `accelerate launch` or torchrun start them.

    device, precision: as in `RunOptions`. rank: the number of this process, of `world_size`. Raises ValueError as
    `check_device` does.
    """

    def __init__(self, device: str = "auto", precision: str = "auto"):
        check_device(device, precision)
        self._accelerator = None
        if int(os.environ.get("WORLD_SIZE", "1")) > 1:
            self._accelerator = _accelerator(device)
            self.device = self._accelerator.device
            self.rank, self.world_size = self._accelerator.process_index, self._accelerator.num_processes
        else:
            self.device = default_device() if device == "auto" else torch.device(device)
            self.rank, self.world_size = 0, 1
        self.dtype = _fastest_dtype(self.device) if precision == "auto" else PRECISIONS[precision]
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.dtype == torch.float16)

    @property
    def is_main(self) -> bool:
        """Whether this process is the one that writes files."""
        return self.rank == 0

    def parallel(self, model: nn.Module) -> nn.Module:
        """Return the model with its gradients averaged over the processes; itself where there is one."""
        return model if self._accelerator is None else self._accelerator.prepare_model(model)

    def autocast(self) -> AbstractContextManager:
        """Return the context in which a network runs at this precision."""
        return torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32)

    def mean(self, values: torch.Tensor) -> torch.Tensor:
        """Return the mean over the processes."""
        return values if self._accelerator is None else self._accelerator.reduce(values, reduction="mean")

    def sum(self, values: torch.Tensor) -> torch.Tensor:
        """Return the sum over the processes."""
        return values if self._accelerator is None else self._accelerator.reduce(values, reduction="sum")

    def any(self, flag: bool) -> bool:
        """Return whether the flag is set in any of the processes."""
        return bool(self.sum(torch.tensor(float(flag), device=self.device)) > 0) if self._accelerator else flag

    def __str__(self) -> str:
        name = torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else self.device.type
        return f"{self.world_size} x {name}, {str(self.dtype).removeprefix('torch.')}"


def _accelerator(device: str):
    try:
        from accelerate import Accelerator, DistributedDataParallelKwargs
    except ModuleNotFoundError:
        raise ValueError(
            "a training in several processes needs accelerate. pip install accelerate, or start one process"
        ) from None
    unused = DistributedDataParallelKwargs(find_unused_parameters=True)  # the last layers of some of timm's networks
    return Accelerator(cpu=device == "cpu", mixed_precision="no", kwargs_handlers=[unused])


def _fastest_dtype(device: torch.device) -> torch.dtype:
    """16-bit numbers where these are faster: on GPUs, and on processors with matrix units for them."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.get_device_capability(device) >= (8, 0) else torch.float16
    if device.type == "cpu" and getattr(torch.cpu, "get_capabilities", dict)().get("amx_bf16"):
        return torch.bfloat16
    return torch.float32
