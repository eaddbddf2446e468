"""Arrays and texts come back from their packed form, and a form that others wrote is not trusted."""

import base64
import zlib

import numpy as np
import pytest

from leaderboard.records.packed_arrays import pack, pack_texts, unpack, unpack_texts


def deflated(data):
    return base64.b64encode(zlib.compress(data)).decode()


@pytest.mark.parametrize("values", [[0, 1], [-1, 5], [0, 255], [-3, 300], [0, 70_000], [-(2**40), 2**40], []])
def test_packed_numbers_come_back(values):
    array = np.array(values, np.int64)
    np.testing.assert_array_equal(unpack(pack(array)), array)
    table = np.tile(array, (5, 3, 1)) + np.arange(5)[:, None, None]
    np.testing.assert_array_equal(unpack(pack(table)), table)


def test_records_of_earlier_versions_are_read():
    array = np.array([[1, 300], [-5, 70_000]])
    form = {"dtype": "int32", "shape": [2, 2], "data": deflated(array.astype("<i4").tobytes())}
    np.testing.assert_array_equal(unpack(form), array)


def test_packed_texts_come_back():
    for texts in ((), ("",), ("a", "", "ü b")):
        assert unpack_texts(pack_texts(texts), len(texts)) == texts
    with pytest.raises(ValueError, match="2 packed texts for 3 pictures"):
        unpack_texts(pack_texts(("a", "b")), 3)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"dtype": "float64", "shape": [1], "data": deflated(bytes(8))}, "not an array of whole numbers"),
        ({"dtype": "object", "shape": [1], "data": deflated(bytes(8))}, "not an array of whole numbers"),
        ({"dtype": "int8", "shape": [-1], "data": deflated(bytes(8))}, "not an array of whole numbers"),
        ({"dtype": "int8", "shape": [4], "data": deflated(bytes(50_000_000))}, "5 bytes where 4 belong"),  # a bomb
        ({"dtype": "int8", "shape": [9], "data": deflated(bytes(8))}, "8 bytes where 9 belong"),
        ({"dtype": "int64", "shape": [10**9], "data": ""}, "more than 400,000,000"),
        ({"dtype": "int8", "shape": [1], "data": "***"}, "cannot be read"),
        ({"dtype": "int8", "shape": [1], "data": base64.b64encode(b"no zlib").decode()}, "cannot be read"),
        ({"dtype": "int8", "shape": [1]}, "cannot be read"),
        ({"dtype": "int8", "shape": [1], "order": "strange", "data": deflated(b"1")}, "'strange' is not known"),
    ],
)
def test_packed_numbers_of_others_are_not_trusted(form, words):
    with pytest.raises(ValueError, match=words):
        unpack(form)
