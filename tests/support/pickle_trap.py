"""A pickle that shows whether anybody unpickled it."""

from __future__ import annotations

import os


class Trap:
    """Runs a command when it is unpickled: it makes the file trap-was-sprung in the working folder."""

    def __reduce__(self):
        return os.system, ("touch trap-was-sprung",)
