"""What one visitor may ask of the server, in one place."""

from __future__ import annotations

import os

UPLOAD_BYTES = 10 * 2**20
# A picture arrives as base64 in a JSON body: 4/3 of its bytes, and room for the cues beside it.
BODY_BYTES = 14 * 2**20
CUES_BYTES = 4 * 2**20
PICTURE_PIXELS = 25_000_000
WORKING_SIDE = 1024
# Present classes x pixels of one solve, in float32 numbers: 256 MB at the most.
SOLVE_NUMBERS = 64_000_000
# Pixels times passes of methods that solve one class after another (`Segmenter.cost_per_class`): 12 classes of about 0.1 s
# each with grabcut's defaults, which are 5 fits on 256 pixels a side.
CLASSES_WORK = 12 * 5 * 256**2
CACHE_ENTRIES = int(os.environ.get("WSS_CACHE_ENTRIES", "64"))
CACHE_BYTES = int(os.environ.get("WSS_CACHE_MB", "2048")) * 2**20
# What so many methods and checkpoints made of one open picture beforehand is kept.
PREPARED = 4
SOLVES_AT_ONCE = 2
# A solve takes 0.1 s, preparing a picture for a large model several. After so long the next person has its turn; so many
# that took longer may go on beside the others until they end.
SOLVE_SECONDS = float(os.environ.get("WSS_SOLVE_SECONDS", "30"))
SOLVES_OVERDUE = 2
WAIT_SECONDS = 3.0
# Checkpoints in memory; the least recently used goes first.
CHECKPOINTS = int(os.environ.get("WSS_CHECKPOINTS", "8"))
CHECKPOINTS_BYTES = int(os.environ.get("WSS_CHECKPOINTS_MB", "1024")) * 2**20
CHECKPOINT_BYTES = CHECKPOINTS_BYTES // 2
# After so long the Hub is asked again whether a person may see one.
CHECKED_SECONDS = 3600.0
LOADS_AT_ONCE = 2
LOADS_WAITING = 8
# A program waits so long for a checkpoint; the page looks and asks again, which holds none of the server's threads.
LOAD_SECONDS = 60.0
LOOK_SECONDS = 0.2
# After so long without being asked about, what was fetched is fetched anew: it may have changed.
FORGOTTEN_SECONDS = 10.0
# What the Hub's client may keep on the disk of a Space; on one's own machine that is one's own affair.
DISK_BYTES = 10 * 2**30
PUSHES_AT_ONCE = 2
CARD_CHARS = 20_000
# Numbers among a checkpoint's settings that its method names neither in `cost_settings` nor in `fit_settings`, at most.
SETTING = 4096
LISTED = 30
LISTED_SECONDS = 300.0

# Training in the page. Pictures are kept at TRAIN_SIDE pixels a side, which is more than the methods look at.
TRAIN_SIDE = 512
TRAIN_PICTURES = 64
TRAIN_KEPT = 1024
TRAIN_KEPT_BYTES = int(os.environ.get("WSS_TRAIN_MB", "512")) * 2**20
# A network takes fewer steps where all would take longer than the first; the second ends whatever takes longer still.
TRAIN_LEARN_SECONDS = float(os.environ.get("WSS_TRAIN_SECONDS", "300"))
TRAIN_SECONDS = 2 * TRAIN_LEARN_SECONDS + 120
TRAIN_BYTES = int(os.environ.get("WSS_TRAIN_PROCESS_MB", "4096")) * 2**20
TRAIN_THREADS = 2
TRAIN_WAITING = 8
# A training that waits and that nobody asks about is dropped; a browser in the background asks once a minute.
TRAIN_FORGOTTEN_SECONDS = 180.0
# The process that trains takes seconds to start, and up to 1 GB: it stays a while for those who train again.
TRAIN_IDLE_SECONDS = 300.0
TRAINED = 32
TRAINED_BYTES = 512 * 2**20
