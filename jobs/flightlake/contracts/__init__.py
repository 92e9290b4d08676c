"""What the DAGs and the Spark jobs agree on: tables, hours, raw objects, storage, results.

The only part of the package that DAGs and plugins import. It needs the standard library and
fsspec, which both sides have; never Airflow, never Spark.
"""
