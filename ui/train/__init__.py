"""The Train tab: a visitor's own pictures and cues become a checkpoint, and predictions on all of the pictures.

training_set (the cues of all pictures, and what is still missing), presets (what can be trained), task (what a training
is given), worker (the process that trains), process (that process, watched), training_queue (one training at a time), api
(what the tab asks the server), tab (what a visitor sees).
"""
