"""The commands of python -m leaderboard, a module each, which is loaded when its command is named."""

from wss_core.cli.entry import Command

COMMANDS = {
    "evaluate": Command("evaluate", "evaluate a checkpoint on benchmarks, and write records"),
    "sweep": Command("sweep", "train methods by cue, share and seed, and write records"),
    "discover": Command("discover", "find and evaluate the checkpoints that have no record yet"),
    "table": Command("table", "print the results, a row each"),
    "plot": Command("plot", "write the figures, one for each benchmark"),
    "export": Command("export", "write board.csv, board.parquet and board.html"),
    "push": Command("sharing", "add the records to a results data set on the Hub"),
    "pull": Command("sharing", "fetch the records of a results data set on the Hub"),
    "benchmarks": Command("benchmarks", "list the benchmarks and metrics"),
}
