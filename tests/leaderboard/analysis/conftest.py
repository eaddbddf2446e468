"""A folder of made-up results."""

import pytest

from tests.support.board_results import write_results


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """See `write_results`."""
    return write_results(tmp_path_factory.mktemp("results"))
