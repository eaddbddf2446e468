"""python -m leaderboard plot: figures as files, with the same points whoever draws them."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from leaderboard.__main__ import main
from leaderboard.records import store
from leaderboard.records.packed_arrays import pack, pack_texts
from leaderboard.records.record import Labels
from leaderboard.report import figures, static_png
from tests.support import board_scenes as boards


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    for seed in range(2):
        for price, quality in ((10.0, 0.5), (100.0, 0.7), (1000.0, 0.8)):
            words = {"cue": "points", "share": price / 1000, "label_seconds": price, "labelled_images": int(price)}
            store.write(boards.record(seed=seed, quality=quality, sha=f"{seed}{price:039.0f}", **words), folder)
    other = boards.record(benchmark="others", cue="boxes", label_seconds=50.0)
    store.write(other, folder)
    of = replace(other.identity, benchmark="robots")
    clicks = {"clicks": pack(np.array([[500, 800], [600, 900], [-1, -1]]))}
    robot = Labels(cue="clicks", source="given")
    pictures = {"images": 3, "ids": pack_texts("abc"), "groups": pack_texts(("", "", ""))}
    scores = {"metric": "iou_at_1", "scores": {"iou_at_1": other.scores["miou"]}}
    store.write(replace(other, identity=of, labels=robot, packed=clicks, **pictures, **scores), folder)
    return folder


def test_a_figure_for_each_benchmark(results, tmp_path, capsys):
    assert main(["plot", "--results", str(results), "--out", str(tmp_path)]) == 0
    names = ["discs.html", "discs.png", "others.html", "others.png", "robots.html", "robots.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert sorted(capsys.readouterr().out.split()) == [str(tmp_path / name) for name in names]
    page = (tmp_path / "discs.html").read_text()
    assert "<script src=" not in page  # it needs no server
    for name in names[1::2]:
        drawn = np.asarray(Image.open(tmp_path / name).convert("RGB"))
        assert drawn.shape == (550, 990, 3)
        assert len(np.unique(drawn.reshape(-1, 3), axis=0)) > 10


def test_one_of_them(results, tmp_path):
    words = ["plot", "--results", str(results), "--out", str(tmp_path), "--kind", "png", "--benchmark", "discs"]
    assert main([*words, "--x", "share", "--metric", "dice"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["discs.png"]


def test_nothing_to_draw_is_said(results, tmp_path, capsys):
    words = ["plot", "--results", str(results), "--out", str(tmp_path / "out"), "--x", "share", "--benchmark", "others"]
    assert main(words) == 2
    assert "can be drawn against share. Give another --x" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_picture_shows_the_figures_points(results):
    """What matplotlib gets is what plotly got."""
    from matplotlib.figure import Figure

    records = [record for record in store.read_all(results) if record.identity.benchmark == "discs"]
    figure = figures.accuracy(records)
    axes = Figure().subplots()
    for trace in figure.data:
        static_png.draw_trace(axes, trace)
    points = axes.lines[0].get_xydata()
    np.testing.assert_allclose(points[:, 0], figure.data[0].x)
    np.testing.assert_allclose(points[:, 1], figure.data[0].y)
    assert Image.open(io.BytesIO(static_png.png(figure, "<b>a</b>"))).format == "PNG"
