"""Methods that people use today, as Segmenters, for `live_quality.py` to compare with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import cv2
import numpy as np
from skimage.feature import multiscale_basic_features
from sklearn.ensemble import RandomForestClassifier

from wss_core.conventions import UNKNOWN
from wss_core.cues import raster
from wss_core.segmenter import Segmenter
from wss_core.spread import seed_maps


class _Peer(Segmenter):
    uses: ClassVar[frozenset[str]] = frozenset({"points", "boxes", "strokes", "labels"})


@dataclass(kw_only=True)
class OpenCVGrabCut(_Peer):
    """OpenCV's GrabCut as its tutorial uses it: full size, 5 iterations, probably background where no cue is
    (probably the object inside a box); several classes one after the other, the first claim wins."""

    name: ClassVar[str] = "opencv_grabcut"

    def _probabilities(self, image, cues, class_ids, cache):
        shape = image.shape[:2]
        drawn, bounds = raster.draw_seeds(cues, shape), raster.allowed_regions(cues, shape, class_ids)
        probs = np.zeros((len(class_ids), *shape), np.float32)
        for row, label in enumerate(class_ids[1:], start=1):
            probs[row] = self._cut(image, drawn, label, None if bounds is None else bounds[row])
        probs[1:] *= probs[1:].cumsum(axis=0) <= 1
        probs[0] = 1 - probs[1:].sum(axis=0)
        return probs

    def _cut(self, image, drawn, label, inside) -> np.ndarray:
        trimap = np.full(drawn.shape, cv2.GC_PR_BGD, np.uint8)
        if inside is not None and not inside.all():
            trimap[inside], trimap[~inside] = cv2.GC_PR_FGD, cv2.GC_BGD
        trimap[(drawn != UNKNOWN) & (drawn != label)] = cv2.GC_BGD
        trimap[drawn == label] = cv2.GC_FGD
        cv2.setRNGSeed(0)
        models = np.zeros((1, 65)), np.zeros((1, 65))
        try:
            cv2.grabCut(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), trimap, None, *models, 5, cv2.GC_INIT_WITH_MASK)
        except cv2.error:  # fewer pixels than colours in its mixture
            return drawn == label
        return (trimap & 1).astype(bool)


@dataclass(kw_only=True)
class PixelForest(_Peer):
    """A random forest on scikit-image's multi-scale features of every pixel, as in its trainable segmentation."""

    name: ClassVar[str] = "pixel_forest"

    def _prepare(self, image: np.ndarray) -> Any:
        maps = multiscale_basic_features(image, intensity=True, edges=True, texture=True, sigma_max=8, channel_axis=-1)
        return maps.reshape(-1, maps.shape[-1]).astype(np.float32)

    def _probabilities(self, image, cues, class_ids, cache):
        shape = image.shape[:2]
        bounds = raster.allowed_regions(cues, shape, class_ids)
        rows = seed_maps.complete_seeds(raster.draw_seeds(cues, shape), bounds, class_ids).ravel()
        labelled = np.flatnonzero(rows >= 0)
        if len(labelled) > 5000:  # more examples cost time and change little
            labelled = np.random.default_rng(0).choice(labelled, 5000, replace=False)
        forest = RandomForestClassifier(50, max_depth=10, max_samples=0.5, n_jobs=1, random_state=0)
        forest.fit(cache[labelled], rows[labelled])
        probs = np.zeros((len(class_ids), cache.shape[0]), np.float32)
        probs[forest.classes_] = forest.predict_proba(cache).T
        return seed_maps.normalize_allowed(probs.reshape(len(class_ids), *shape), bounds)
