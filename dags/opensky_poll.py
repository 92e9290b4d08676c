"""### opensky_poll: ask OpenSky for all aircraft now, keep the answer as it came

**Does** one poll of `/states/all` every `FLIGHTLAKE_POLL_SECONDS` (90 by default: a standard
account's 4,000 credits a day pay for one world poll every 86.4 s).

**Reads** the connection `opensky_default` (type *OpenSky Network*; no client id: anonymous).

**Writes** one object an answer, `raw/states/source=…/date=…/hour=…/<time>-<hash>.json.gz`, and a
manifest beside it. An answer for another time, or one that cannot be read, is kept byte for byte as
`….unreadable` and the task fails, so that it is tried again. Emits the asset `raw.states`.

**Waits** without a worker slot where OpenSky answers 429, or where a poll would take the credits
below the connection's credit floor: the task puts itself off until the moment it logs.

**Run it again** at any time: the same answer twice is one object. A missed poll cannot be made up
for by a later run, since "now" is over; runs are therefore never caught up.

**By hand**, for one area, with the aircraft's category:
`{"bbox": {"lamin": 45.8, "lomin": 5.9, "lamax": 47.9, "lomax": 10.6}, "extended": true}`.
With `lomin` above `lomax` it crosses the antimeridian: two requests, two prices, landed as one
answer. Where one request fails, nothing is landed, and the next try makes both.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, task
from flightlake.contracts.storage import Lake
from flightlake_dags.areas import AREA_PARAM, require_area
from flightlake_dags.assets import RAW_STATES
from flightlake_dags.compat import AirflowRescheduleException
from flightlake_dags.defaults import Tag, alert_on_failed_run, default_args
from flightlake_dags.hours import at_or_after
from flightlake_dags.settings import get_settings
from opensky.errors import ComeBackLaterError
from opensky.schedule import every

POLL_S = get_settings().poll_seconds

log = logging.getLogger(__name__)


@dag(
    dag_id="opensky_poll",
    description="Polls OpenSky and lands its answers verbatim.",
    doc_md=__doc__,
    schedule=every(POLL_S),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=[Tag.FLIGHTLAKE, Tag.RAW],
    params={
        "bbox": AREA_PARAM,
        "extended": Param(False, type="boolean", title="With the aircraft's category"),
    },
    on_failure_callback=alert_on_failed_run,
    default_args=default_args()
    | {
        "retries": 2,
        "retry_delay": timedelta(seconds=min(30, POLL_S / 3)),
        # Below the interval, so that a hanging poll never costs more than its own turn.
        "execution_timeout": timedelta(seconds=0.9 * POLL_S),
    },
)
def opensky_poll() -> None:
    """The poll."""

    @task(outlets=[RAW_STATES])
    def poll(params: dict[str, Any] | None = None, outlet_events: Any = None) -> dict[str, Any]:
        """Poll once; put the task off where OpenSky or the credit floor says so."""
        from opensky.hook import OpenSkyHook
        from opensky.poll import poll_once, summary

        settings, params = get_settings(), params or {}
        box = require_area(params["bbox"])
        # Both parts of an area, one after the other, have to fit in the poll's own turn.
        deadline_s = min(60, 0.6 * POLL_S) / (len(box.parts) if box else 1)
        hook = OpenSkyHook(settings.opensky_conn_id, deadline_s=deadline_s)
        try:
            landed = poll_once(
                hook.get_conn(),
                Lake(settings.lake_url),
                settings.poll_source,
                datetime.now(UTC),
                box=box,
                extended=params["extended"],
                credit_floor=hook.credit_floor,
            )
        except ComeBackLaterError as error:
            log.warning("%s", error)
            raise AirflowRescheduleException(at_or_after(error.retry_at)) from None
        outlet_events[RAW_STATES].extra = summary(landed)
        return summary(landed)

    poll()


opensky_poll()
