"""Weak versions of data sets: simulated cues in place of masks, saved or pushed to the Hub."""
