"""The Spark session of a job, with the settings that the tables' promises rest on."""

from __future__ import annotations

from pyspark import SparkConf
from pyspark.sql import SparkSession

from flightlake.io.lease import know_job_run
from flightlake.io.logs import know

# Sizing, jars and the Delta extension come from the submission; these must hold everywhere.
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # A plain timestamp column without a zone needs a table feature that Athena cannot read.
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.hadoop.parquet.compression.codec.zstd.level": "9",
    # A hash of one hour in 200 partitions costs twice the time of 2.
    "spark.sql.shuffle.partitions": "2",
    # From 4,096 rows on, a window's rows may go to disk; two days of a 30 s poll have 5,760.
    "spark.sql.windowExec.buffer.in.memory.threshold": "65536",
    # An hour generates some 400 classes: of the default of 100, none is left for the next hour.
    "spark.sql.codegen.cache.maxEntries": "2000",
    # A day's flights are some 20,000 groups a task; from 128 on they would be sorted instead.
    "spark.sql.objectHashAggregate.sortBased.fallbackThreshold": "100000",
    "spark.databricks.delta.snapshotPartitions": "2",
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "10000",
    # Noting for error messages where each column was written is most of what making a plan costs.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
    # Progress bars write over the lines that people read.
    "spark.ui.showConsoleProgress": "false",
}


def start_session(name: str) -> SparkSession:
    """The session of the job; the submission's own settings win."""
    conf = SparkConf().setAppName(name)
    for setting, value in _SETTINGS.items():
        conf.setIfMissing(setting, value)
    session = SparkSession.builder.config(conf=conf).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    # EMR Serverless names Spark's application after the job run.
    know(job_run_id=session.sparkContext.applicationId)
    know_job_run(session.sparkContext.applicationId)
    return session
