"""The losses of weak labels: the table TERMS, and the batches and network outputs that each term is computed from.

The modules load torch, and are loaded when a name of theirs is first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["batch", "box_level", "image_level", "pairwise", "pixel_level", "self_training", "terms"],
    submod_attrs={
        "batch": ["Batch", "NetworkOutput", "TeacherViews"],
        "terms": ["TERMS", "Term", "default_terms", "default_weights", "needs", "parse", "weighted_sum"],
    },
)
