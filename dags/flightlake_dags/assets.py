"""The data that DAGs produce and wait for."""

from __future__ import annotations

from airflow.sdk import Asset
from flightlake.contracts.tables import STATE_VECTORS

RAW_STATES = Asset(name="raw.states", uri="flightlake://raw/states")
SILVER_STATE_VECTORS = Asset(name=STATE_VECTORS.full_name, uri=f"flightlake://{STATE_VECTORS.path}")
