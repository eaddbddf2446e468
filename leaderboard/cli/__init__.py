"""The commands of python -m leaderboard, one a file; each adds itself to the parser."""
