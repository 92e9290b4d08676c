"""From the record of a maintenance to the fate of its run."""

from __future__ import annotations

import logging

from flightlake.contracts.maintenance import read_maintenance
from flightlake.contracts.storage import Lake

from flightlake_dags.compat import AirflowFailException
from flightlake_dags.settings import get_settings

log = logging.getLogger(__name__)


def require_maintained(run_id: str) -> dict[str, int]:
    """Let the run succeed if its job recorded what it did; logs it, and returns it in numbers.

    Raises:
        AirflowFailException: there is no record.
    """
    done = read_maintenance(Lake(get_settings().lake_url), run_id)
    if done is None:
        raise AirflowFailException("The Spark job ended well but left no record; clear this run.")
    log.info(done.describe())
    return {
        "partitions": sum(len(table.compacted) for table in done.tables),
        "files_removed": sum(table.files_removed for table in done.tables),
        "bytes_removed": sum(table.bytes_removed for table in done.tables),
    }
