"""One look of lake_repair: compare, remember, say which runs to trigger."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from flightlake.contracts.storage import Lake

from flightlake_dags.repair.compare import compare
from flightlake_dags.repair.facts import find_facts
from flightlake_dags.repair.plan import (
    describe,
    next_runs,
    periods_to_look_at,
    read_repairs,
    remembered,
    trigger_of,
    with_attempts,
    write_repairs,
)
from flightlake_dags.settings import get_settings

log = logging.getLogger(__name__)


def look(now: datetime, *, is_dry_run: bool = False) -> list[dict[str, Any]]:
    """Compare raw, ledger and tables; the triggers of the runs that heal the oldest findings.

    A dry run only says in its log what it would do: it leaves no record and triggers nothing.

    Args:
        now: the moment of the look, aware.
        is_dry_run: whether to do nothing.
    """
    settings = get_settings()
    lake = Lake(settings.lake_url)
    before = read_repairs(lake)
    hours, days = periods_to_look_at(now, settings.repair_days, before)
    facts = find_facts(lake, settings.poll_source, hours, days, now)
    repairs = remembered(compare(facts), before, now)
    runs = next_runs(repairs, settings.repair_runs)
    log.info("%s", describe(repairs, runs))
    if is_dry_run:
        return []
    write_repairs(lake, with_attempts(repairs, runs))
    return [trigger_of(run, now) for run in runs]
