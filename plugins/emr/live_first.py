"""Which runs get the slot of a pool first: those of live data, then those that make up for others.

Without it Airflow takes the older hour first: a backfill of ten hours keeps the newest waiting.
"""

from __future__ import annotations

from typing import Any

from airflow.task.priority_strategy import PriorityWeightStrategy

LIVE, LATER = 10, 1
_LIVE_RUNS = ("scheduled__", "asset_triggered__", "manual__")
"""What the ids of runs begin with, by Airflow's own rule, where somebody waits for them now."""


class LiveFirst(PriorityWeightStrategy):
    """The weight of a task by its run: a backfill, or a run with an id of its own, comes later."""

    def get_weight(self, ti: Any) -> int:
        """The weight of a task instance."""
        return LIVE if ti.run_id.startswith(_LIVE_RUNS) else LATER
