"""Losses of weak labels: TERMS by name, and the batches they are computed on.

The modules load torch, and are loaded when a name of theirs is first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["batch", "box_level", "image_level", "pairwise", "pixel_level", "self_training", "terms"],
    submod_attrs={
        "batch": ["Answer", "Batch", "Views"],
        "terms": ["TERMS", "Term", "choose", "chosen", "parse", "total"],
    },
)
