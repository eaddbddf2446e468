"""Small data sets in the Hub's layout: Parquet tables of images, masks and tags."""

import io

import numpy as np
from datasets import ClassLabel, Dataset, Features, Image, List, Value
from PIL import Image as Pillow
from pyarrow import parquet

CLASSES = ("background", "cat", "dog")


def png(array) -> dict:
    buffer = io.BytesIO()
    (array if isinstance(array, Pillow.Image) else Pillow.fromarray(np.asarray(array))).save(buffer, "PNG")
    return {"bytes": buffer.getvalue(), "path": None}


def make_image(number=0, shape=(6, 8)) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, (*shape, 3), np.uint8)


def mask(number=0, shape=(6, 8), count=3) -> np.ndarray:
    return np.random.default_rng(number).integers(0, count, shape).astype(np.uint8)


def folder(path, features: dict, rows: list[dict], split="train", names=CLASSES):
    """A folder in the Hub's layout; `tags` name the classes unless names=None."""
    if names:
        features = {**features, "tags": List(ClassLabel(names=list(names)))}
    columns = {name: [row.get(name) for row in rows] for name in features}
    (path / "data").mkdir(parents=True, exist_ok=True)
    rows = Dataset.from_dict(columns, Features(features)).data.table
    parquet.write_table(
        rows.replace_schema_metadata(Features(features).arrow_schema.metadata), path / "data" / f"{split}.parquet"
    )
    return path


PLAIN = {"id": Value("string"), "image": Image(), "mask": Image()}


def plain(count=3, **changed) -> list[dict]:
    return [
        {"id": f"p{i}", "image": png(make_image(i)), "mask": png(mask(i)), "tags": [1]} | changed for i in range(count)
    ]
