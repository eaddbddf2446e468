"""Weak versions of data sets: their pictures with simulated cues, written to a folder or pushed to the Hub."""
