"""What every command line says when its output has no reader any more, or an error has no file."""

import os
import subprocess
import sys

from tests.support.paths import ROOT
from wss_core.cli import entry


def test_a_reader_that_has_enough_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)  # as `| head -1` is gone after a line
    done = subprocess.run(
        [sys.executable, "-m", "wss_core", "methods"], stdout=writer, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_error_without_a_file_says_what_it_is(capsys):
    def run(args):
        raise OSError("the network is unreachable")

    class Args:
        pass

    args = Args()
    args.run = run
    assert entry.run(args, "wss_core") == 2
    assert capsys.readouterr().err == "wss_core: the network is unreachable\n"
