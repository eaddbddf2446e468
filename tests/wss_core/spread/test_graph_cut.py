"""OpenCV's GrabCut in a process of its own: its results are OpenCV's, and its time has a bound."""

import os
import threading

import cv2
import numpy as np
import pytest

from wss_core import Cues, Point, create
from wss_core.conventions import UNKNOWN
from wss_core.cues import Box
from wss_core.spread import box_grabcut, graph_cut


def soft_picture(seed=0, shape=(60, 80)) -> np.ndarray:
    """uint8 (h, w, 3): soft patches of colour."""
    random = np.random.default_rng(seed)
    return cv2.resize(random.integers(0, 256, (5, 6, 3)).astype(np.uint8), shape[::-1], interpolation=cv2.INTER_CUBIC)


def trimap_of(shape) -> np.ndarray:
    """uint8 (h, w): the middle probably the object, some of it surely, and surely not the first row."""
    (h, w), trimap = shape, np.full(shape, cv2.GC_PR_BGD, np.uint8)
    trimap[h // 4 : 3 * h // 4, w // 4 : 3 * w // 4] = cv2.GC_PR_FGD
    trimap[h // 2 - 2 : h // 2 + 2, w // 2 - 4 : w // 2 + 4] = cv2.GC_FGD
    trimap[0] = cv2.GC_BGD
    return trimap


def nearly_flat() -> np.ndarray:
    """White but for one pixel: its first cut takes minutes."""
    picture = np.full((192, 256, 3), 255, np.uint8)
    picture[0, 0] = 254
    return picture


def check(seed) -> None:
    picture = soft_picture(seed)
    trimap = trimap_of(picture.shape[:2])
    expected = trimap.copy()
    cv2.setRNGSeed(0)
    cv2.grabCut(picture, expected, None, np.zeros((1, 65)), np.zeros((1, 65)), 5, cv2.GC_INIT_WITH_MASK)
    assert graph_cut.run_grabcut(picture, trimap, 5)
    assert (trimap == expected).all()


@pytest.mark.parametrize("seed", range(6))
def test_cuts_are_those_of_one_call_of_opencv(seed):
    check(seed)


def test_several_threads_cut_at_once():
    wrong = []

    def work(seed):
        try:
            check(seed)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("value", [0, 255, (10, 200, 30)])
def test_a_picture_of_one_colour_has_its_answer_at_once(monkeypatch, value):
    monkeypatch.setattr(graph_cut, "_assign", lambda *_: pytest.fail("nothing is there to cut"))
    picture = np.full((192, 256, 3), value, np.uint8)
    trimap = trimap_of((192, 256))
    assert not graph_cut.run_grabcut(picture, trimap, 5)
    assert (trimap == trimap_of((192, 256))).all()


def test_a_cut_that_takes_too_long_is_ended_with_a_warning(monkeypatch, caplog):
    monkeypatch.setattr(graph_cut, "SECONDS", 0.3)
    monkeypatch.setattr(graph_cut, "SECONDS_A_MEGAPIXEL", 0.0)
    trimap = trimap_of((192, 256))
    assert not graph_cut.run_grabcut(nearly_flat(), trimap, 5)
    assert (trimap == trimap_of((192, 256))).all()
    assert "256 x 192 pixels took over 0 s and was ended after 0 of 5 iterations" in caplog.text
    monkeypatch.undo()
    check(0)


def test_an_idle_process_that_somebody_ended_is_replaced():
    check(0)
    for worker in graph_cut._idle:
        worker.kill()
        worker.wait()
    check(1)


def test_a_process_that_cannot_work_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(graph_cut, "_idle", [])
    monkeypatch.setattr(graph_cut, "WORKER", tmp_path / "worker.py")
    (tmp_path / "worker.py").write_text("raise SystemExit(3)")
    with pytest.raises(RuntimeError, match="ended with 3"):
        graph_cut.run_grabcut(soft_picture(), trimap_of((60, 80)), 5)
    (tmp_path / "worker.py").write_text("import os\nos.write(1, b'.')\nos.read(0, 10**6)\nraise SystemExit(4)")
    with pytest.raises(RuntimeError, match="ended with (4|-9)"):
        graph_cut.run_grabcut(soft_picture(), trimap_of((60, 80)), 5)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes do not fork here")
def test_a_forked_process_has_its_own():
    check(0)
    assert graph_cut._idle
    child = os.fork()
    if child == 0:
        os._exit(len(graph_cut._idle))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_grabcut_tries_no_other_class_where_colours_tell_nothing(monkeypatch):
    tried = []
    monkeypatch.setattr(graph_cut, "run_grabcut", lambda *_: tried.append(1))
    cues = Cues(points=[Point(10, 10, 0), Point(30, 30, 1), Point(60, 30, 2), Point(60, 50, 3)])
    labels = create("grabcut").segment(soft_picture(), cues).labels
    assert len(tried) == 1
    assert set(np.unique(labels)) == {0, 1, 2, 3}


def test_a_box_whose_colours_tell_nothing_is_left_open(monkeypatch):
    boxes = Cues(boxes=[Box(20, 20, 50, 40, 1)])
    assert (box_grabcut.labels_from_boxes(np.full((60, 80, 3), 9, np.uint8), boxes)[20:40, 20:50] == UNKNOWN).all()
    monkeypatch.setattr(box_grabcut, "run_grabcut", lambda *_: False)
    assert (box_grabcut.labels_from_boxes(soft_picture(), boxes)[20:40, 20:50] == UNKNOWN).all()
