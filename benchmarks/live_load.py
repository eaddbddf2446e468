"""Simulate people who draw at once on one server, and check whether every answer is right and how long it takes.

    python benchmarks/live_load.py --people 8 --seconds 20 --out out

Starts `python app.py` on a free port of this machine (or takes --url, a loopback address), opens a picture of its
own for every person, and draws one stroke after another, each as the page does it: one request in flight, the newest
cues. Counts errors, cues lost (a labelled pixel that does not come back with its label), busy answers, and answers that
belong to another person's picture (every picture has a mark that only its owner's mask can show). With --neighbours
that many other processes of this machine compute all the time, as on a shared one.
Writes live_load.csv, one row per request.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import csv
import io
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlparse

import httpx
import numpy as np
from PIL import Image
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ui.segment import gallery
from ui.server.label_runs import decode_labels

MAX_PEOPLE, MAX_SECONDS, MAX_NEIGHBOURS = 32, 120, 8
BUSY = "import time\nend = time.monotonic() + 600\nwhile time.monotonic() < end: sum(range(100_000))"


class SimulatedUser:
    """A simulated browser with a picture of its own, growing cues and a list of errors."""

    def __init__(self, url: str, component: int, number: int):
        self.http = httpx.Client(base_url=url, timeout=30)
        self.component, self.number = component, number
        self.rows: list[dict] = []
        self.errors: list[str] = []
        names = list(gallery.EXAMPLES)
        image = gallery.example_image(names[number % len(names)])
        # A size of its own: another person's mask would not fit it.
        self.height, self.width = 320 + 8 * number, 480 + 8 * number
        self.image = np.asarray(Image.fromarray(image).resize((self.width, self.height)))
        self.random = np.random.default_rng(number)
        self.strokes: list[dict] = []

    def call(self, function: str, data: dict) -> dict:
        body = {"session_hash": f"load{self.number}", "component_id": self.component, "fn_name": function, "data": data}
        answer = self.http.post("/gradio_api/component_server/", json=body)
        answer.raise_for_status()
        return answer.json()

    def open(self) -> None:
        buffer = io.BytesIO()
        Image.fromarray(self.image).save(buffer, "PNG")
        sent = {"data": base64.b64encode(buffer.getvalue()).decode(), "name": f"person {self.number}.png"}
        self.key = self.call("open_image", sent)["key"]

    def draw(self, until: float) -> None:
        """Draw until the time is over; each request holds one more piece of a stroke."""
        seq = 0
        while time.perf_counter() < until:
            self._extend()
            seq += 1
            self._ask(seq)

    def _extend(self) -> None:
        if len(self.strokes) > 20:
            self.strokes = []
        if not self.strokes or len(self.strokes[-1]["path"]) > 8:
            start = self.random.uniform((20, 20), (self.width - 20, self.height - 20)).round(1).tolist()
            self.strokes.append({"label": len(self.strokes) % 3, "width": 8, "path": [start]})
        path = self.strokes[-1]["path"]
        step = self.random.uniform(-9, 9, 2)
        path.append(np.clip(np.add(path[-1], step), 5, (self.width - 6, self.height - 6)).round(1).tolist())

    def _ask(self, seq: int) -> None:
        cues = {"classes": ["background", "one", "two"], "strokes": self.strokes}
        start = time.perf_counter()
        try:
            answer = self.call("segment", {"key": self.key, "seq": seq, "cues": json.dumps(cues), "method": "auto"})
        except httpx.HTTPError as error:
            self.errors.append(f"person {self.number}: {error!r}")
            return
        took = (time.perf_counter() - start) * 1000
        kind = next((name for name in ("busy", "error", "gone", "stale") if name in answer), "mask")
        row = {
            "person": self.number,
            "seq": seq,
            "answer": kind,
            "ms": round(took, 1),
            "compute_ms": answer.get("ms", ""),
        }
        self.rows.append(row)
        if kind == "busy":
            time.sleep(answer["busy"] / 1000)
        elif kind != "mask":
            self.errors.append(f"person {self.number}: {answer}")
        else:
            self.check_answer(answer)

    def check_answer(self, answer: dict) -> None:
        if (answer["width"], answer["height"]) != (self.width, self.height):
            self.errors.append(f"person {self.number} got the mask of another picture")
            return
        labels = decode_labels(base64.b64decode(answer["runs"]), (self.height, self.width))
        last = self.strokes[-1]
        x, y = map(round, last["path"][-1])
        if labels[y, x] != last["label"]:
            self.errors.append(f"person {self.number}: the cue at ({x}, {y}) was lost")


def start_server() -> tuple[subprocess.Popen, str]:
    """Run the app in another process and yield its address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {**os.environ, "GRADIO_SERVER_PORT": str(port), "GRADIO_SERVER_NAME": "127.0.0.1"}
    app = Path(__file__).resolve().parent.parent / "app.py"
    process = subprocess.Popen([sys.executable, str(app)], env=settings, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    for _ in range(120):
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return process, url
        except httpx.HTTPError:
            time.sleep(0.5)
    process.kill()
    raise SystemExit("the server did not start within 60 seconds")


def crowd(url: str, count: int, seconds: float) -> list[SimulatedUser]:
    """Let `count` people open their pictures and draw for `seconds`, all at once."""
    config = httpx.get(url + "/config", timeout=30).json()
    component = next(c["id"] for c in config["components"] if c["props"].get("component_class_name") == "CueCanvas")
    people = [SimulatedUser(url, component, number) for number in range(count)]
    for person in tqdm(people, desc="opening pictures"):
        person.open()
    until = time.perf_counter() + seconds
    threads = [threading.Thread(target=person.draw, args=(until,), daemon=True) for person in people]
    for thread in threads:
        thread.start()
    for _ in tqdm(range(int(seconds)), desc="drawing"):
        time.sleep(1)
    for thread in threads:
        thread.join(timeout=60)
    return people


@contextlib.contextmanager
def neighbours(count: int):
    """Keep `count` cores busy with other processes, which end by themselves after ten minutes at most."""
    processes = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=8, help=f"how many draw at once, at most {MAX_PEOPLE}")
    parser.add_argument("--seconds", type=int, default=20, help=f"for how long, at most {MAX_SECONDS}")
    parser.add_argument(
        "--neighbours", type=int, default=0, help=f"other processes that compute beside, at most {MAX_NEIGHBOURS}"
    )
    parser.add_argument("--url", help="a server that runs on this machine already")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for live_load.csv")
    args = parser.parse_args()
    if args.url and urlparse(args.url).hostname not in ("127.0.0.1", "localhost", "::1"):
        parser.error("--url must be an address of this machine: a load is never sent anywhere else")
    process, url = (None, args.url.rstrip("/")) if args.url else start_server()
    try:
        with neighbours(min(args.neighbours, MAX_NEIGHBOURS)):
            people = crowd(url, min(args.people, MAX_PEOPLE), min(args.seconds, MAX_SECONDS))
    finally:
        if process:
            process.terminate()
    return report(people, args.out)


def report(people: list[SimulatedUser], out: Path) -> int:
    """Print the figures, write the rows and return 1 when anything went wrong."""
    rows = [row for person in people for row in person.rows]
    errors = [text for person in people for text in person.errors]
    out.mkdir(parents=True, exist_ok=True)
    with open(out / "live_load.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    times = sorted(row["ms"] for row in rows if row["answer"] == "mask")
    computes = [row["compute_ms"] for row in rows if row["answer"] == "mask"]
    busy = sum(row["answer"] == "busy" for row in rows)
    print(f"{len(people)} people, {len(times)} masks, {busy} busy answers, {len(errors)} wrong")
    print(
        f"answer ms: median {statistics.median(times):.0f}, p95 {times[int(len(times) * 0.95)]:.0f}, max {times[-1]:.0f}"
    )
    print(f"of it compute ms: median {statistics.median(computes):.0f}")
    print("\n".join(errors[:10]))
    return bool(errors)


if __name__ == "__main__":
    raise SystemExit(main())
