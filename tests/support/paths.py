"""Folders that tests look into."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]  # of the project
DATA = Path(os.environ.get("WSS_DATA", ROOT.parent / "shared" / "data"))  # real data sets, where they are
