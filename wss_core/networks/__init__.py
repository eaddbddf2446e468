"""Networks that label every pixel, or the whole picture: an encoder by name and a light decoder.

The modules load torch, and are loaded when a name of theirs is first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["decoder", "encoders", "segmentation_net", "tagger"],
    submod_attrs={
        "encoders": ["Encoder", "encoder", "tensor"],
        "segmentation_net": [
            "Labeller",
            "arrays",
            "build",
            "enlarged",
            "layout",
            "load_arrays",
            "probabilities",
            "usual_device",
        ],
        "tagger": ["Tagger"],
    },
)
