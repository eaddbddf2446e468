"""The commands of python -m wss_core, a module each; the module adds itself to the parser when its command is named."""

from .entry import Command

COMMANDS = {
    "segment": Command("segment", "make a mask from a picture and cues"),
    "train": Command("train", "train a method on a data set, and save a checkpoint"),
    "weaken": Command("weaken", "make cues from the masks of a data set"),
    "push": Command("push", "push a checkpoint to the Hub"),
    "pull": Command("pull", "copy a checkpoint from the Hub into a folder"),
    "info": Command("info", "describe a checkpoint, without its weights"),
    "list": Command("listing", "list the checkpoints on the Hub or in a folder"),
    "methods": Command("methods", "explain the methods, their cues and settings"),
}
