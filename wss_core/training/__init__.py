"""Training from weak labels: pictures with whatever is told of them -> batches -> one loop that can be taken up again.

pictures (an Example at the size it is learned at), crops (a random part of one, varied), batches (which, in what
order), teacher (averaged weights, exchanged parts), lesson (what one step of a SegmentationNet is), loop (all steps), state
(what is kept on disk), machine (devices and precision), scores (validation), report (for people).

The modules load torch, and are loaded when they are first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submodules=["class_activation", "checkpointing", "device", "fit", "report"]
)
