"""The values in ``dags/config``, in the form that the tasks need."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

EMR_RELEASE = "emr-spark-8.1.0"
"""The release of EMR Serverless that the jobs are for: the first with Delta 4.2."""

_FOLDER = Path(__file__).resolve().parents[1] / "config"


@cache
def regions_argument() -> str:
    """The named regions, in order, as ``{"europe":[south,west,north,east],…}`` in degrees."""
    edges = ("south", "west", "north", "east")
    boxes = {region["name"]: [region[e] for e in edges] for region in _read("regions")["regions"]}
    return json.dumps(boxes, separators=(",", ":"))


@cache
def spark_sizing(profile: str) -> dict[str, str]:
    """The Spark properties of a sizing profile.

    Raises:
        KeyError: there is no such profile in ``spark.json``.
    """
    return {name: entry["value"] for name, entry in _read("spark")[profile].items()}


@cache
def prices_argument() -> str:
    """What EMR Serverless asks for, as ``{"vcpu_hour_usd":…,…}``."""
    prices = {name: price for name, price in _read("prices").items() if name.endswith("_usd")}
    return json.dumps(prices, separators=(",", ":"))


def _read(name: str) -> Any:
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
