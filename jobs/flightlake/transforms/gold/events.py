"""gold.events: what was out of the ordinary, each hour."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from flightlake.contracts.days import Period
from flightlake.transforms.events.aircraft import aircraft_events
from flightlake.transforms.events.interference import interference_areas
from flightlake.transforms.events.volume import volume_anomalies
from flightlake.transforms.sources import Sources, states_of
from flightlake.transforms.surface import without_surface_objects


def derive(sources: Sources, period: Period) -> DataFrame:
    """One row per event and hour; one that lasts over several hours has a row in each."""
    states = without_surface_objects(states_of(sources, period))
    events = (
        aircraft_events(states)
        .unionByName(interference_areas(states))
        .unionByName(volume_anomalies(sources["gold.traffic_hourly"], period))
    )
    began_s = F.unix_seconds("started_at").cast("string")
    return events.select(
        F.concat_ws("-", "event_type", "subject", began_s).alias("event_id"),
        "*",
        F.lit(period.date).alias("date"),
        F.lit(period.hour).alias("hour"),
    )
