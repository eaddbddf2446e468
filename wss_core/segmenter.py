"""Segmenter: the one door through which every method is asked, and the hooks a method fills in."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, ClassVar

import numpy as np

from .conventions import BACKGROUND, MAX_CLASSES, UNKNOWN, CueError
from .cues import Cues, raster
from .imaging.io import read_image
from .results import Result


@dataclass(frozen=True)
class Prepared:
    """The slow part of one picture's segmentation, made once; any number of `segment` calls may share it."""

    shape: tuple[int, int]
    made_by: str
    cache: Any

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays inside."""
        return _nbytes(self.cache)


@dataclass(kw_only=True)
class Segmenter:
    """A method with its settings (the dataclass fields) and, where it learns, its weights.

    name: what `create` calls it. uses: the kinds of cue it can work from, in `segment`, or in `fit` when it learns.
    learns: it is fitted beforehand, and then needs no cue to segment (and honours those it gets). classes: the class
    names, background first; () = as many as the cues name. training: how it was fitted, plain JSON values, {} when
    it was not (see `hub`).
    """

    name: ClassVar[str] = ""
    uses: ClassVar[frozenset[str]] = frozenset()
    learns: ClassVar[bool] = False

    classes: tuple[str, ...] = ()

    def __post_init__(self):
        self.classes = tuple(self.classes)
        if len(self.classes) > MAX_CLASSES:
            raise ValueError(f"at most {MAX_CLASSES} classes, got {len(self.classes)}. Merge some")
        self.training: dict[str, Any] = {}
        self._weights = ""

    def prepare(self, image) -> Prepared:
        """The slow part, once per picture. image: uint8 (H, W, 3), or anything `read_image` takes.

        Raises ImageError, and ValueError where something must be learned first.
        """
        self._check_fitted()
        image = read_image(image)
        return Prepared(image.shape[:2], self._signature(), self._prepare(image))

    def segment(self, image, cues: Cues = Cues(), prepared: Prepared | None = None) -> Result:
        """The segmentation of `image` that honours `cues`: a pixel told keeps its label.

        Raises ImageError or CueError with what to do; ValueError when `prepared` is of another picture or method.
        """
        image = read_image(image)
        shape = image.shape[:2]
        cues.check(shape, len(self.classes) or MAX_CLASSES)
        classes = self.classes or default_classes(cues)
        self._check_fitted()
        if not self.learns:
            self._check_kinds(cues)
        prepared = prepared or self.prepare(image)
        if prepared.shape != shape or prepared.made_by != self._signature():
            raise ValueError(f"prepared is for {prepared.made_by} on {prepared.shape}. Call prepare(image) again")
        class_ids = list(range(len(classes))) if self.learns else sorted({0, *cues.labelled_classes})
        probs = self._probabilities(image, cues, class_ids, prepared.cache)
        apply_cues_to_probs(probs, cues, class_ids, classes)
        return Result(probs, classes, class_ids, raster.ignored_pixels(cues, shape))

    def fit(self, examples, progress=None, validation=(), run=None) -> Segmenter:
        """Learn from examples and return itself; methods say what may be learned from.

        progress(step, steps, figures) is called now and then. validation: examples with a truth, to choose by. run:
        `training.plan.Run`, how it is run. Raises TypeError for methods that learn nothing beforehand.
        """
        raise TypeError(f"{self.name} learns nothing beforehand. Give it cues with segment(image, cues)")

    @property
    def fitted(self) -> bool:
        """Whether `segment` can be called now: True for methods that learn nothing beforehand."""
        return True

    def state(self) -> dict[str, np.ndarray]:
        """The weights by name, of types NumPy has; {} for methods without weights."""
        return {}

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        """Take weights as `state` gave them. Raises ValueError, naming what is missing, too much or of another shape."""
        check_state(self.name, self.state(), state)

    def settings(self) -> dict[str, Any]:
        """The settings as plain JSON values; create(name, **settings) makes an equal segmenter."""
        return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}

    def _prepare(self, image: np.ndarray) -> Any:
        return None

    def _probabilities(self, image: np.ndarray, cues: Cues, class_ids: list[int], cache: Any) -> np.ndarray:
        """float32 (K, H, W), a row for each label of `class_ids` (sorted, 0 among them), sums to 1."""
        raise NotImplementedError

    def _signature(self) -> str:
        told = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.name != "classes")
        return f"{self.name}({told}){self._weights}"

    def _mark_weights(self) -> None:
        """To be called when the weights are others: what was prepared with the old ones is of no use."""
        digest = hashlib.blake2b(digest_size=8)
        for name, array in sorted(self.state().items()):
            digest.update(name.encode() + np.ascontiguousarray(array).tobytes())
        self._weights = f" with weights {digest.hexdigest()}"

    def _check_fitted(self) -> None:
        if not self.fitted:
            raise ValueError(f"{self.name} has not learned anything yet. Call fit(examples), or load a checkpoint")

    def _check_kinds(self, cues: Cues) -> None:
        if cues.labelled_classes and cues.kinds & self.uses:
            return
        wanted = ", ".join(sorted(self.uses))
        got = ", ".join(sorted(cues.kinds)) or "no cue"
        raise CueError(f"{self.name} needs one of {wanted}; got {got}. Draw at least one on the picture")


def check_state(name: str, wanted: dict[str, np.ndarray], given: dict[str, np.ndarray]) -> None:
    """Raise ValueError unless the weights `given` to the method `name` have the names, shapes and types of `wanted`."""
    missing, strange = set(wanted) - set(given), set(given) - set(wanted)
    forms = {key: (_form(wanted[key]), _form(given[key])) for key in set(wanted) & set(given)}
    other = [f"{key} is {got}, not {want}" for key, (want, got) in forms.items() if want != got]
    if missing or strange or other:
        raise ValueError(
            f"weights do not fit {name}: missing {_few(missing)}, unknown {_few(strange)}, other shapes {_few(other)}. "
            "Load them with the settings they were saved with"
        )


def _form(array: np.ndarray) -> str:
    return f"{array.dtype} {array.shape}"


def _few(names) -> str:
    """The first of many, and how many more there are."""
    shown = sorted(names)[:5]
    return str(shown) if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def default_classes(cues: Cues) -> tuple[str, ...]:
    """Names for as many classes as the cues hold, at least two: background, object 1, ..."""
    count = max(2, *(label + 1 for label in (*cues.labelled_classes, 0)))
    return (BACKGROUND, *(f"object {label}" for label in range(1, count)))


def apply_cues_to_probs(probs: np.ndarray, cues: Cues, class_ids: list[int], classes: tuple[str, ...]) -> None:
    """Write what is told into `probs`, in place: seeds are sure, a boxed class is nowhere outside its boxes, and where
    tags are told, a class that no cue tells of is nowhere."""
    shape = probs.shape[1:]
    bounds = _allowed(cues, shape, class_ids, classes)
    if bounds is not None:
        probs *= bounds
        total = probs.sum(axis=0)
        lost = total <= 0
        probs /= np.where(lost, 1, total)
        if lost.any():
            first = bounds.argmax(axis=0)
            ys, xs = np.nonzero(lost)
            probs[first[ys, xs], ys, xs] = 1
    told = raster.draw_seeds(cues, shape)
    ys, xs = np.nonzero(told != UNKNOWN)
    probs[:, ys, xs] = 0
    probs[np.searchsorted(class_ids, told[ys, xs]), ys, xs] = 1


def _allowed(cues: Cues, shape: tuple[int, int], class_ids: list[int], classes: tuple[str, ...]) -> np.ndarray | None:
    """bool (K, H, W): where each label may be, by boxes and tags; None when neither says otherwise."""
    bounds = raster.allowed_regions(cues, shape, class_ids)
    told = {0, *cues.labelled_classes, *(classes.index(name) for name in cues.tags or () if name in classes)}
    absent = [row for row, label in enumerate(class_ids) if cues.tags is not None and label not in told]
    if absent:
        bounds = np.ones((len(class_ids), *shape), bool) if bounds is None else bounds
        bounds[absent] = False
    return bounds


def _nbytes(cache: Any) -> int:
    if isinstance(cache, np.ndarray):
        return cache.nbytes
    if is_dataclass(cache):
        return sum(_nbytes(getattr(cache, f.name)) for f in fields(cache))
    if isinstance(cache, dict):
        return sum(_nbytes(value) for value in cache.values())
    if isinstance(cache, list | tuple):
        return sum(_nbytes(value) for value in cache)
    return sum(_nbytes(getattr(cache, part)) for part in ("data", "indices", "indptr") if hasattr(cache, part))
