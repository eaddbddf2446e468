"""Calls of the page's server functions as a browser makes them, without one."""

from __future__ import annotations

import base64
import http.client
import io
import json
from urllib.parse import urlparse

import numpy as np
from PIL import Image
from starlette.requests import Request

LOCAL_HEADERS = {"host": "127.0.0.1:7860", "origin": "http://127.0.0.1:7860", "sec_fetch_site": "same-origin"}


def encode_image(image: np.ndarray, kind: str = "PNG") -> str:
    """A picture file in base64, as the page sends it."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, kind)
    return base64.b64encode(buffer.getvalue()).decode()


def make_request(client: str = "127.0.0.1", **headers) -> Request:
    """A request with these headers, as the server sees it; underscores in their names become hyphens."""
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": pairs, "client": (client, 5000)})


def local_request(**changes) -> Request:
    """A request of a browser on this machine, with some headers changed."""
    return make_request(**LOCAL_HEADERS | changes)


def canvas_id(address: str) -> int:
    """The number of the canvas among the components of a page that is served."""
    connection = http.client.HTTPConnection(urlparse(address).netloc, timeout=60)
    connection.request("GET", "/config")
    config = json.loads(connection.getresponse().read())
    connection.close()
    return next(c["id"] for c in config["components"] if c["props"].get("component_class_name") == "CueCanvas")
