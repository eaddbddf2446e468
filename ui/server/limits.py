"""Every limit on what one visitor may ask of the server: bytes, pixels, seconds, and how much runs at once."""

from __future__ import annotations

import os

UPLOAD_BYTES = 10 * 2**20
# A picture arrives as base64 in a JSON body: 4/3 of its bytes, and room for the cues beside it.
BODY_BYTES = 14 * 2**20
CUES_BYTES = 4 * 2**20
IMAGE_PIXELS = 25_000_000
# Longer side, in pixels, of the copy of a picture that is segmented.
WORKING_SIDE = 1024
# Classes x pixels of one prediction, in float32 values: 256 MB at most.
SOLVE_VALUES = 64_000_000
# Pixels times passes of a method that solves one class after another (`Segmenter.cost_per_class`): 12 classes of about
# 0.1 s each with grabcut's defaults, which are 5 iterations on 256 x 256 pixels.
CLASSES_WORK = 12 * 5 * 256**2
CACHE_ENTRIES = int(os.environ.get("WSS_CACHE_ENTRIES", "64"))
CACHE_BYTES = int(os.environ.get("WSS_CACHE_MB", "2048")) * 2**20
# For one open picture, the prepared features of this many methods and checkpoints are kept.
PREPARED_PER_IMAGE = 4
SOLVES_AT_ONCE = 2
# A prediction takes 0.1 s; preparing a picture for a large model takes several seconds. One that takes longer than this
# gives its slot to the next person. At most SOLVES_OVERDUE of these go on beside the others until they end.
SOLVE_SECONDS = float(os.environ.get("WSS_SOLVE_SECONDS", "30"))
SOLVES_OVERDUE = 2
# How long a request waits for a free slot.
WAIT_SECONDS = 3.0
# How long a request waits for the model that loads after the page has started.
MODEL_WAIT_SECONDS = 60.0
# Checkpoints in memory; the least recently used is dropped first.
CHECKPOINTS = int(os.environ.get("WSS_CHECKPOINTS", "8"))
CHECKPOINTS_BYTES = int(os.environ.get("WSS_CHECKPOINTS_MB", "1024")) * 2**20
CHECKPOINT_BYTES = CHECKPOINTS_BYTES // 2
# After this time the Hub is asked again whether a user may see a checkpoint.
ACCESS_CHECK_SECONDS = 3600.0
LOADS_AT_ONCE = 2
LOADS_WAITING = 8
# A program waits this long for a checkpoint. The page waits a moment and asks again, which holds no server thread.
LOAD_SECONDS = 60.0
FETCH_WAIT_SECONDS = 0.2
# The outcome of a fetch that nobody asks for is dropped after this time: the repository may have changed.
FETCH_KEPT_SECONDS = 10.0
# What the Hub's client may keep on the disk of a Space. On a machine of one's own there is no such limit.
DISK_BYTES = 10 * 2**30
PUSHES_AT_ONCE = 2
CARD_CHARS = 20_000
# The largest number among a checkpoint's settings that its method names neither in `cost_settings` nor in `fit_settings`.
MAX_SETTING = 4096
# The list of the newest checkpoints: its length, and how long it is kept before the Hub is asked again.
LISTED_CHECKPOINTS = 30
LISTED_SECONDS = 300.0

# Training in the page. Pictures are kept at TRAIN_SIDE pixels a side, which is more than the methods look at.
TRAIN_SIDE = 512
TRAIN_IMAGES = 64
TRAIN_CACHE_ENTRIES = 1024
TRAIN_CACHE_BYTES = int(os.environ.get("WSS_TRAIN_MB", "512")) * 2**20
# A network takes fewer steps where all would take longer than the first; the second ends every training.
TRAIN_LEARN_SECONDS = float(os.environ.get("WSS_TRAIN_SECONDS", "300"))
TRAIN_SECONDS = 2 * TRAIN_LEARN_SECONDS + 120
TRAIN_BYTES = int(os.environ.get("WSS_TRAIN_PROCESS_MB", "4096")) * 2**20
TRAIN_THREADS = 2
TRAIN_WAITING = 8
# A waiting training that no browser asks about is dropped; a browser in the background asks once a minute.
TRAIN_ABANDONED_SECONDS = 180.0
# The process that trains takes seconds to start, and up to 1 GB: it stays this long for the next training.
TRAIN_IDLE_SECONDS = 300.0
TRAINED_ENTRIES = 32
TRAINED_BYTES = 512 * 2**20
