"""The worker process of `graph_cut`: it cuts pictures from stdin one after another and imports nothing of this package.

OpenCV's graph cut has no time limit and cannot be interrupted: where one takes too long, this process ends.
"""

from __future__ import annotations

import faulthandler
import os
import struct
import sys
from collections.abc import Iterator

import cv2
import numpy as np

HEAD = struct.Struct("<3qd")  # height, width, iterations, seconds; then come the picture and the trimap
READY = b"."


def iterate_grabcut(bgr: np.ndarray, trimap: np.ndarray, iterations: int) -> Iterator[np.ndarray]:
    """Yield the trimap uint8 (h, w) after each iteration on a BGR picture uint8 (h, w, 3); the same each time."""
    cv2.setRNGSeed(0)  # its k-means starts at random
    models = np.zeros((1, 65)), np.zeros((1, 65))
    for number in range(iterations):
        cv2.grabCut(bgr, trimap, None, *models, 1, cv2.GC_EVAL if number else cv2.GC_INIT_WITH_MASK)
        yield trimap


def main() -> None:
    """Read pictures and trimaps from stdin, cut them and write the results to stdout, until stdin ends."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    with open(os.devnull, "w") as nowhere:
        while len(head := source.read(HEAD.size)) == HEAD.size:
            height, width, iterations, seconds = HEAD.unpack(head)
            bgr = np.frombuffer(source.read(3 * height * width), np.uint8).reshape(height, width, 3)
            trimap = np.frombuffer(bytearray(source.read(height * width)), np.uint8).reshape(height, width)
            sink.write(READY)
            sink.flush()
            faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
            for result in iterate_grabcut(bgr, trimap, iterations):
                sink.write(result.tobytes())
                sink.flush()
            faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main()
