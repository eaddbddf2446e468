"""The bounds on a real server, over real sockets."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlparse

import pytest

from tests.support.page_calls import canvas_id
from ui.server import limits

PATH = "/gradio_api/component_server/"


def post(served: str, body, **headers) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlparse(served).netloc, timeout=60)
    try:
        connection.request("POST", PATH, body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def call(served: str, function: str, data) -> tuple[int, bytes]:
    body = {"session_hash": "test", "component_id": canvas_id(served), "fn_name": function, "data": data}
    return post(served, json.dumps(body))


def test_a_server_function_answers_over_http(served):
    status, body = call(served, "page_info", {})
    assert status == 200
    assert json.loads(body)["methods"]


def test_a_body_over_the_limit_is_refused_by_its_length(served):
    try:
        status, body = post(served, b"x" * (limits.BODY_BYTES + 1))
    except (BrokenPipeError, ConnectionResetError):
        return  # refused before all of it was sent
    assert status == 413
    assert "Send less" in json.loads(body)["error"]


def test_a_body_that_hides_its_length_is_refused_when_it_passes_the_limit(served):
    def chunks():
        for _ in range(limits.BODY_BYTES // 2**20 + 2):
            yield b"x" * 2**20

    try:
        status, _ = post(served, chunks(), **{"Transfer-Encoding": "chunked"})
    except (BrokenPipeError, ConnectionResetError):
        return
    assert status == 413


def test_malformed_bodies_leave_the_server_working(served):
    for body in (b"", b"{", b"[]", b'{"data": 1}', b"\xff\xfe"):
        status, _ = post(served, body)
        assert status >= 400
    assert call(served, "page_info", {})[0] == 200


@pytest.mark.parametrize("name", ["__class__", "load_event", "postprocess", "read_text"])
def test_only_server_functions_can_be_called(served, name):
    assert call(served, name, {})[0] == 404


@pytest.mark.parametrize("path", ["/etc/passwd", "app.py", "../app.py"])
def test_no_file_of_the_machine_is_served(served, path):
    connection = http.client.HTTPConnection(urlparse(served).netloc, timeout=60)
    connection.request("GET", "/gradio_api/file=" + path)
    assert connection.getresponse().status in (403, 404)
    connection.close()
