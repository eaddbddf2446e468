"""A picture's pixels as networks take them."""

from __future__ import annotations

import cv2
import numpy as np
import torch


def tensor(image: np.ndarray, channels: int) -> torch.Tensor:
    """float32 (K, H, W), 0..1, of an image uint8 (H, W, 3); K = 1: its grey."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None] if channels == 1 else image
    return torch.from_numpy(np.ascontiguousarray(grey.transpose(2, 0, 1))).float() / 255
