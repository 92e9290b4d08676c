"""What a Delta table's log says, read from its files."""

import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flightlake.contracts.storage import MAX_OBJECT_BYTES, Lake
from flightlake.contracts.tables import RUN_LEDGER
from flightlake.io.delta_log import DeltaLog


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path.as_uri())


def test_a_checkpoint_may_grow_beyond_what_is_ever_read_of_an_object(lake, tmp_path):
    log = tmp_path / RUN_LEDGER.path / "_delta_log"
    log.mkdir(parents=True)
    added = [{"path": os.urandom(MAX_OBJECT_BYTES // 2 + 1).hex()}, None]
    protocol = [None, {"minReaderVersion": 1, "minWriterVersion": 2}]
    checkpoint = log / "00000000000000000010.checkpoint.parquet"
    actions = pa.table({"add": added, "protocol": protocol})
    pq.write_table(actions, checkpoint, compression="none")
    (log / "00000000000000000010.json").write_text('{"commitInfo": {"operation": "WRITE"}}\n')
    assert checkpoint.stat().st_size > MAX_OBJECT_BYTES
    assert DeltaLog(lake, RUN_LEDGER).reader_version == 1
