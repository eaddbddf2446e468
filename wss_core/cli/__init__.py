"""The commands of python -m wss_core, a module each; the module adds itself to the parser when its command is named."""

from .entry import Command

COMMANDS = {
    "segment": Command("segment", "picture and cues -> mask"),
    "train": Command("train", "labels -> checkpoint"),
    "weaken": Command("weaken", "masks -> cues"),
    "push": Command("push", "checkpoint -> the Hub"),
    "pull": Command("pull", "the Hub -> checkpoint in a folder"),
    "info": Command("info", "what a checkpoint is, without its weights"),
    "list": Command("listing", "checkpoints on the Hub or in a folder"),
    "methods": Command("methods", "list the methods, their cues and settings"),
}
