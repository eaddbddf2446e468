import numpy as np
import pytest

from ui.server.label_runs import decode_labels, encode_labels


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (5, 7), (40, 1000)])
def test_runs_give_the_labels_back(shape):
    rng = np.random.default_rng(0)
    for labels in (rng.integers(0, 256, shape), np.zeros(shape), np.arange(np.prod(shape)).reshape(shape) // 200):
        labels = labels.astype(np.uint8)
        assert np.array_equal(decode_labels(encode_labels(labels), shape), labels)


def test_lengths_at_every_varint_border():
    lengths = [1, 127, 128, 16383, 16384, 2**21 - 1, 2**21]
    labels = np.repeat(np.arange(len(lengths), dtype=np.uint8), lengths)[None]
    stream = encode_labels(labels)
    assert len(stream) == sum(1 + size for size in (1, 1, 2, 2, 3, 3, 4))
    assert np.array_equal(decode_labels(stream, labels.shape), labels)


def test_a_case_written_by_hand():
    labels = np.zeros((2, 150), np.uint8)
    labels[1, 50:] = 255
    assert encode_labels(labels) == bytes([0, 0b1100_1000, 1, 255, 100])  # 200 = 1 * 128 + 72; 100


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (bytes([0, 255, 255, 255, 255, 127]), "34359738367 pixels in the runs, 9 in the picture"),  # 32 GB, if made
        (bytes([0, 255, 255, 255, 255, 255, 1]), "cut short"),
        (bytes([0, 9, 1]), "cut short"),
        (bytes([0, 9, 1, 128]), "cut short"),
    ],
)
def test_runs_that_nothing_wrote_are_refused(stream, words):
    with pytest.raises(ValueError, match=words):
        decode_labels(stream, (3, 3))


def test_runs_of_another_size_are_refused():
    with pytest.raises(ValueError, match="pixels in the runs"):
        decode_labels(encode_labels(np.zeros((3, 3), np.uint8)), (3, 4))
