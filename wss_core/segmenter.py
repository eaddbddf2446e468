"""Segmenter: the one interface of every method, which checks what comes in, and the hooks that a method fills in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, NamedTuple

import numpy as np

from .conventions import BACKGROUND, MAX_CLASSES, CueError
from .cues import Cues, CueSpec, Example, raster
from .cues.apply_to_probs import apply_cues_to_probs
from .imaging.io import ImageLike, read_image
from .prepared import Prepared, checksum
from .results import Result
from .run_options import Progress, RunOptions
from .state_check import check_state


class Download(NamedTuple):
    """A file set that a method fetches the first time it is used: its name in words, and its bytes (None = unknown)."""

    name: str
    nbytes: int | None


class PagePreset(NamedTuple):
    """How a page offers to train a method.

    seconds: about how long that takes with the first effort; the fastest method is offered first. title, about: for a
    person. efforts: {name of an effort: the settings for it}, the default first. boxes_only: settings besides, where
    nothing but boxes shows some class.
    """

    seconds: float
    title: str
    about: str
    efforts: Mapping[str, Mapping[str, Any]]
    boxes_only: Mapping[str, Any]


@dataclass(kw_only=True)
class Segmenter:
    """A segmentation method with its settings (the dataclass fields) and, where it learns, its weights.

    What a method can do is said by its class variables and `downloads`; nothing outside asks for it by name.
    `training`: how it was fitted, as plain JSON values; {} when it was not (see `hub`). `unknown`: parts of its checkpoint
    that only a newer version knows; they are saved again as they are. Raises ValueError for settings out of their range.
    """

    name: ClassVar[str] = ""
    "What `create` calls it."
    uses: ClassVar[frozenset[str]] = frozenset()
    "The kinds of cue it works from (as `Cues.kinds` names them), in `segment`, or in `fit` when it learns."
    learns: ClassVar[bool] = False
    "It must be fitted (or loaded) first, and then segments without cues, keeping to those it gets."
    live: ClassVar[bool] = False
    "`segment` on a prepared picture follows new cues while a person draws."
    needs_tags: ClassVar[bool] = False
    "It works only where the names of the classes on a picture are given (`Cues.tags`), in `segment` or in `fit`."
    gives_instances: ClassVar[bool] = False
    "Its results tell touching objects of a class apart (`Result.instances`)."
    uses_unlabelled: ClassVar[bool] = False
    "`fit` learns from pictures without any cue too."
    fit_settings: ClassVar[frozenset[str]] = frozenset()
    "Numbers of the training itself (steps, rates, seeds): `segment` is as fast whatever they are; short summaries omit them."
    cost_settings: ClassVar[Mapping[str, tuple[int, int]]] = {}
    "Settings that make `segment` slower or larger: {name: (smallest, largest value that a shared server should accept)}."
    page_preset: ClassVar[PagePreset | None] = None
    "How a page offers to train it; None = not offered."

    classes: tuple[str, ...] = ()
    "The class names, background first; () = as many as the cues name."

    def __post_init__(self):
        self.classes = tuple(self.classes)
        if len(self.classes) > MAX_CLASSES:
            raise ValueError(f"at most {MAX_CLASSES} classes, got {len(self.classes)}. Merge some")
        self.training: dict[str, Any] = {}
        self.unknown: dict[str, Any] = {}
        self._weights = ""

    @property
    def downloads(self) -> tuple[Download, ...]:
        """What this method fetches from the network when it is first used; () = it works offline."""
        return ()

    @property
    def cost_per_class(self) -> float:
        """Pixels times passes that `segment` works for each further class; 0 where classes are solved together."""
        return 0

    @classmethod
    def settings_for_cues(cls, spec: CueSpec) -> dict[str, Any]:
        """The settings that suit pictures whose cues all follow `spec`; {} where the defaults do."""
        return {}

    def prepare(self, image: ImageLike) -> Prepared:
        """Compute the slow part of the segmentation, once per picture.

        image: uint8 (H, W, 3), or anything `read_image` takes. Raises ImageError, and ValueError when the method has to
        be fitted first.
        """
        self._check_fitted()
        image = read_image(image)
        return Prepared(image.shape[:2], self._signature(), self._prepare(image), checksum(image))

    def segment(self, image: ImageLike, cues: Cues = Cues(), prepared: Prepared | None = None) -> Result:
        """Segment a picture in agreement with the cues: a labelled pixel keeps its label.

        image: as for `prepare`. cues: in pixels of the image. prepared: what `prepare` gave for this picture; computed
        here when None. Raises ImageError or CueError with what to do, and ValueError when `prepared` is of another
        picture or method, or the method has to be fitted first.
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
        if prepared.checksum != checksum(image):
            raise ValueError("prepared is of another picture of the same size. Call prepare(image) again")
        class_ids = list(range(len(classes))) if self.learns else sorted({0, *cues.labelled_classes})
        probs = self._probabilities(image, cues, class_ids, prepared.cache)
        if self.learns and not np.isfinite(probs.sum()):
            raise ValueError(
                f"the weights of this {self.name} give probabilities that are no numbers: they are damaged. Load another "
                "revision, or train again"
            )
        apply_cues_to_probs(probs, cues, class_ids, classes)
        instances = self._instances(image, cues, prepared.cache) if self.gives_instances else None
        return Result(probs, classes, class_ids, raster.ignored_pixels(cues, shape), instances)

    def fit(
        self,
        examples: Sequence[Example],
        progress: Progress | None = None,
        validation: Sequence[Example] = (),
        run: RunOptions | None = None,
    ) -> Segmenter:
        """Learn from examples and return itself. Each method says what it can learn from.

        examples: pictures with cues; without any, as unlabelled pictures. progress(step, steps, figures) is called now
        and then; what it raises stops the training. validation: examples with a truth, by which the best weights are
        chosen. run: device, precision and folder of the training. Raises TypeError for methods that learn nothing
        beforehand, ValueError for examples that cannot be learned from.
        """
        raise TypeError(f"{self.name} learns nothing beforehand. Give it cues with segment(image, cues)")

    @property
    def fitted(self) -> bool:
        """Whether `segment` can be called now: True for methods that learn nothing beforehand."""
        return True

    def state(self) -> dict[str, np.ndarray]:
        """The weights as NumPy arrays by name; {} for methods without weights."""
        return {}

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        """Take weights that `state` gave. Raises ValueError naming those missing, unknown or of another shape."""
        check_state(self.name, self.state(), state)

    def settings(self) -> dict[str, Any]:
        """The settings as plain JSON values; create(name, **settings) makes an equal segmenter."""
        return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}

    def _prepare(self, image: np.ndarray) -> Any:
        """What the method keeps of a picture, uint8 (H, W, 3), for any cues; it is handed to `_probabilities`."""
        return None

    def _probabilities(self, image: np.ndarray, cues: Cues, class_ids: list[int], cache: Any) -> np.ndarray:
        """float32 (K, H, W) that sum to 1 over K, a row for each label of `class_ids` (sorted, 0 among them).

        image: uint8 (H, W, 3). cache: what `_prepare` gave for it.
        """
        raise NotImplementedError

    def _instances(self, image: np.ndarray, cues: Cues, cache: Any) -> np.ndarray:
        """uint16 (H, W): an id for each object, 0 = none; asked for where `gives_instances`."""
        raise NotImplementedError

    def _signature(self) -> str:
        """The method with its settings and weights, as a text that differs where a prepared picture cannot be shared."""
        settings = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.name != "classes")
        return f"{self.name}({settings}){self._weights}"

    def _mark_weights(self) -> None:
        """Note that the weights have changed, so that pictures prepared with the old ones are refused."""
        digest = hashlib.blake2b(digest_size=8)
        for name, array in sorted(self.state().items()):
            digest.update(name.encode() + np.ascontiguousarray(array).tobytes())
        self._weights = f" with weights {digest.hexdigest()}"

    def _check_fitted(self) -> None:
        if not self.fitted:
            raise ValueError(f"{self.name} has not learned anything yet. Call fit(examples), or load a checkpoint")

    def _check_kinds(self, cues: Cues) -> None:
        """Raise CueError unless some cue marks a place and is of a kind the method uses."""
        if cues.labelled_classes and cues.kinds & self.uses:
            return
        wanted = ", ".join(sorted(self.uses))
        got = ", ".join(sorted(cues.kinds)) or "no cue"
        raise CueError(f"{self.name} needs one of {wanted}; got {got}. Draw at least one on the picture")


def default_classes(cues: Cues) -> tuple[str, ...]:
    """Class names for cues that came without any: "background", "object 1", ..., at least two."""
    count = max(2, *(label + 1 for label in (*cues.labelled_classes, 0)))
    return (BACKGROUND, *(f"object {label}" for label in range(1, count)))
