"""Training from weak labels: examples become samples, crops and batches for one loop, which can be stopped and resumed.

samples (an Example at the size it is learned at), pseudo_labels (soft labels made from cues), augment (random crops),
batches (which samples, in what order), ema_teacher (averaged weights), train_step (the loss of a batch), loop (all
steps), validation, checkpointing (the state on disk), device (devices and precision), fit (a SegmentationNet from
examples), class_activation (a ClassificationNet from tags), annotation_stats (summaries), report (a report for
people).

The modules load torch, and are loaded when they are first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submodules=["checkpointing", "class_activation", "device", "fit", "report"]
)
