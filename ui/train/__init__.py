"""Train in the page: a visitor's own pictures and cues -> a checkpoint, and its answers on all of the pictures.

cueing (the pictures' cues as one lesson, and what stands in its way), choices (what can be trained), task (what a
training is given), worker (the process that trains), process (that process, watched), workshop (one training at a time,
the others wait), trained (what came of them), pictures and served (what the panel asks), panel (what a visitor sees).
"""
