"""Networks that label every pixel, or the whole image: an encoder by name and a light decoder.

The modules load torch, and are loaded when a name of theirs is first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["classification_net", "decoder", "encoders", "segmentation_net"],
    submod_attrs={
        "classification_net": ["ClassificationNet", "predict_activations"],
        "encoders": ["Encoder", "build_encoder", "image_to_tensor"],
        "segmentation_net": [
            "SegmentationNet",
            "build",
            "default_device",
            "load_state_arrays",
            "meta_state",
            "predict_probabilities",
            "resize_probabilities",
            "state_arrays",
        ],
    },
)
