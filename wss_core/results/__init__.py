"""Results of segmenters: the probabilities of one picture, what can be read off them, and files of them."""

from .result import Result

__all__ = ["Result"]
