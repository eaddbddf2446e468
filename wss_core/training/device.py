"""Where a training runs: the device, the precision, and the processes that share it. accelerate's only landlord."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager

import torch
from torch import nn

from ..networks import default_device

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def is_main_process() -> bool:
    """Whether this process is the one, of those that share a training, that writes files."""
    return int(os.environ.get("RANK", "0")) == 0


class DeviceGroup:
    """device, precision: as in `Run`. Started by `accelerate launch` or torchrun, the processes share each batch.

    share: (which process this is, of how many); main: it is the one that writes files.
    """

    def __init__(self, device: str = "auto", precision: str = "auto"):
        self._accelerator = None
        if int(os.environ.get("WORLD_SIZE", "1")) > 1:
            self._accelerator = _accelerator(device)
            self.device = self._accelerator.device
            self.share = self._accelerator.process_index, self._accelerator.num_processes
        else:
            self.device = default_device() if device == "auto" else torch.device(device)
            self.share = 0, 1
        if precision not in ("auto", *PRECISIONS):
            raise ValueError(f"no precision {precision!r:.40}. Choose auto, {', '.join(PRECISIONS)}")
        self.dtype = _best(self.device) if precision == "auto" else PRECISIONS[precision]
        scaled = self.dtype == torch.float16
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=scaled)

    @property
    def main(self) -> bool:
        return self.share[0] == 0

    def shared(self, model: nn.Module) -> nn.Module:
        """The model whose gradients are averaged over the processes; itself where there is one."""
        return model if self._accelerator is None else self._accelerator.prepare_model(model)

    def mixed(self) -> AbstractContextManager:
        """The context in which the network runs in the machine's precision."""
        return torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32)

    def mean(self, values: torch.Tensor) -> torch.Tensor:
        """The mean over the processes."""
        return values if self._accelerator is None else self._accelerator.reduce(values, reduction="mean")

    def sum(self, values: torch.Tensor) -> torch.Tensor:
        """The sum over the processes."""
        return values if self._accelerator is None else self._accelerator.reduce(values, reduction="sum")

    def any(self, asked: bool) -> bool:
        """Whether it is asked in any of the processes."""
        return bool(self.sum(torch.tensor(float(asked), device=self.device)) > 0) if self._accelerator else asked

    def __str__(self) -> str:
        name = torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else self.device.type
        return f"{self.share[1]} x {name}, {str(self.dtype).removeprefix('torch.')}"


def _accelerator(device: str):
    from accelerate import Accelerator, DistributedDataParallelKwargs

    some_may_rest = DistributedDataParallelKwargs(find_unused_parameters=True)  # last layers of some of timm's networks
    return Accelerator(cpu=device == "cpu", mixed_precision="no", kwargs_handlers=[some_may_rest])


def _best(device: torch.device) -> torch.dtype:
    """Half the numbers' length where that is faster: on GPUs, and on processors with matrix units for it."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.get_device_capability(device) >= (8, 0) else torch.float16
    if device.type == "cpu" and getattr(torch.cpu, "get_capabilities", dict)().get("amx_bf16"):
        return torch.bfloat16
    return torch.float32
