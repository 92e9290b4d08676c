"""The raw objects of one hour: which are answers, which are not, and their bodies in Spark."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, LongType, StringType, StructField, StructType

from flightlake.contracts import raw
from flightlake.contracts.hours import Hour
from flightlake.contracts.results import QuarantinedAnswer
from flightlake.contracts.storage import Lake
from flightlake.io.frames import frame_of

_READERS = 8
_FACTS = StructType(
    [
        StructField("raw_object", StringType()),
        StructField("source", StringType()),
        StructField("snapshot_time_s", LongType()),
        StructField("previous_time_s", LongType()),
        StructField("is_before", BooleanType()),
    ]
)


@dataclass(frozen=True)
class RawAnswer:
    """A readable answer: where it lies, its own time, and how many rows it holds."""

    raw_object: str
    time_s: int
    rows: int

    @property
    def source(self) -> str:
        """Who gave the answer: the ``source=`` part of its key."""
        return self.raw_object.split("source=", 1)[1].split("/", 1)[0]


@dataclass(frozen=True)
class RawHour:
    """The answers of an hour in order of time, the last one before it, and what is no answer."""

    hour: Hour
    answers: tuple[RawAnswer, ...]
    before: RawAnswer | None
    quarantined: tuple[QuarantinedAnswer, ...]
    manifests: Mapping[str, raw.Manifest] = field(default_factory=dict)
    """What was landed, by its key; an object whose manifest is lost is not among them."""
    raw_before: str | None = None
    """The newest raw object of the hour before, readable or not."""

    @property
    def all_answers(self) -> list[RawAnswer]:
        """The answer before the hour, if there is one, and those of the hour."""
        return ([self.before] if self.before else []) + list(self.answers)

    @property
    def rows(self) -> int:
        """The rows of all answers of the hour, counted outside Spark."""
        return sum(answer.rows for answer in self.answers)

    @property
    def snapshots(self) -> int:
        """The number of distinct moments that were answered."""
        return len({answer.time_s for answer in self.answers})

    @property
    def raw_objects(self) -> int:
        """The raw objects of the hour, readable or not."""
        return len(self.answers) + len(self.quarantined)

    @property
    def api_credits(self) -> list[dict[str, Any]]:
        """What each raw object cost: rows of ``ops.api_credits``."""
        return [
            {
                "raw_object": key,
                "source": manifest.source,
                "fetched_at": manifest.fetched_at,
                "snapshot_time": _moment(manifest.time_s),
                "states": manifest.rows,
                "body_bytes": manifest.body_bytes,
                "credits_spent": manifest.credits_spent,
                "credits_left": manifest.credits_left,
                "date": self.hour.date,
                "hour": self.hour.hour,
            }
            for key, manifest in self.manifests.items()
        ]

    def without(self, raw_objects: Collection[str], reason: str) -> RawHour:
        """The hour with some answers set aside."""
        kept = tuple(a for a in self.answers if a.raw_object not in raw_objects)
        before = self.before
        if before and before.raw_object in raw_objects:
            before = None
        aside = tuple(
            QuarantinedAnswer(a.raw_object, reason)
            for a in self.answers
            if a.raw_object in raw_objects
        )
        return replace(self, answers=kept, before=before, quarantined=self.quarantined + aside)


def inspect_hour(lake: Lake, hour: Hour) -> RawHour:
    """Read every raw object of an hour, and its manifest, once and say what it is.

    An answer that cannot be read is set aside with its reason and never stops the others.
    """
    keys = raw.objects_of(lake, hour)
    with ThreadPoolExecutor(_READERS) as pool:
        inspected = dict(zip(keys, pool.map(lambda key: _inspect(lake, key), keys), strict=True))
    found = [item for item, _ in inspected.values()]
    landed = {key: manifest for key, (_, manifest) in inspected.items() if manifest is not None}
    answers = sorted(
        (item for item in found if isinstance(item, RawAnswer)),
        key=lambda answer: (answer.time_s, answer.raw_object),
    )
    quarantined = (item for item in found if isinstance(item, QuarantinedAnswer))
    keys_before = raw.newest_first(raw.objects_of(lake, hour - 1))
    before = _first_answer(lake, keys_before) if answers else None
    newest = next(iter(keys_before), None)
    return RawHour(hour, tuple(answers), before, tuple(quarantined), landed, newest)


def _moment(time_s: int | None) -> datetime | None:
    return None if time_s is None else datetime.fromtimestamp(time_s, UTC)


def _inspect(lake: Lake, key: str) -> tuple[RawAnswer | QuarantinedAnswer, raw.Manifest | None]:
    manifest = raw.read_manifest(lake, key)
    try:
        answer, _ = raw.read_object(lake, key, manifest)
    except raw.UnreadableAnswerError as error:
        return QuarantinedAnswer(key, str(error)), manifest
    return RawAnswer(key, answer.time_s, answer.rows), manifest


def _first_answer(lake: Lake, keys: Iterable[str]) -> RawAnswer | None:
    for key in keys:
        found, _ = _inspect(lake, key)
        if isinstance(found, RawAnswer):
            return found
    return None


def read_bodies(spark: SparkSession, lake: Lake, raw_hour: RawHour) -> DataFrame:
    """The answers of an hour, and the one before it, as rows for ``parse.explode_rows``.

    Returns:
        ``body`` STRING, ``raw_object``, ``source``, ``snapshot_time_s`` BIGINT,
        ``previous_time_s`` BIGINT (``time`` of the answer before) and ``is_before``.
    """
    answers = raw_hour.all_answers
    times = sorted({answer.time_s for answer in answers})
    previous = dict(zip(times[1:], times, strict=False))
    facts = [
        {
            "raw_object": answer.raw_object,
            "source": answer.source,
            "snapshot_time_s": answer.time_s,
            "previous_time_s": previous.get(answer.time_s),
            "is_before": answer is raw_hour.before,
        }
        for answer in answers
    ]
    paths = [lake.url_of(answer.raw_object) for answer in answers]
    bodies = spark.read.text(paths, wholetext=True).select(
        F.col("value").alias("body"),
        F.regexp_extract(
            F.url_decode(F.col("_metadata.file_path")), f"({raw.ROOT}/source=.*)$", 1
        ).alias("raw_object"),
    )
    return bodies.join(F.broadcast(frame_of(spark, facts, _FACTS)), "raw_object")
