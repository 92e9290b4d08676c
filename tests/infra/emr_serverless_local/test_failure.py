import pytest
from emr_serverless_local.failure import details_of_failure, last_error, redacted

PYTHON = """26/11/21 10:00:00 WARN NativeCodeLoader: Unable to load
Traceback (most recent call last):
  File "main.py", line 1, in <module>
KeyError: 'first'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "main.py", line 3, in <module>
lake.errors.LedgerError: read 10, published 9
26/11/21 10:00:01 INFO ShutdownHookManager: Deleting directory /tmp/spark-1
"""
PY4J = """Traceback (most recent call last):
  File "main.py", line 3, in <module>
py4j.protocol.Py4JJavaError: An error occurred while calling o48.count.
: org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 failed
	at org.apache.spark.scheduler.DAGScheduler.failJob(DAGScheduler.scala:1)
Caused by: java.lang.OutOfMemoryError: Java heap space
"""
JAVA = """Exception in thread "main" org.apache.spark.SparkException: Main failed
	at a.b.C.d(C.java:1)
Caused by: java.io.FileNotFoundException: /no/such
	... 3 more
26/11/21 10:00:01 INFO ShutdownHookManager: Shutdown hook called
"""
JSON = """{"level": "ERROR", "exception": "Traceback (most recent call last):\\nValueError: bad"}
ValueError: states_hourly failed: bad
"""
ECHO = """python3: can't open file '/x/main.py': [Errno 2] No such file or directory
Exception in thread "main" org.apache.spark.SparkUserAppException: User application exited with 2
"""


@pytest.mark.parametrize(
    ("stderr", "error"),
    [
        (PYTHON, "lake.errors.LedgerError: read 10, published 9"),
        (PY4J, "org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 failed"),
        (JSON, "ValueError: states_hourly failed: bad"),
        (JAVA, "java.io.FileNotFoundException: /no/such"),
        ("26/11/21 10:00:00 INFO X: y\nno hour given\n\n", "no hour given"),
        ("26/11/21 10:00:00 INFO X: y\n", None),
        ("", None),
    ],
)
def test_the_last_error_is_the_jobs_own(stderr, error):
    assert last_error(stderr) == error


def test_spark_submits_own_echo_is_not_the_error():
    assert (last_error(ECHO) or "").startswith("python3: can't open file")


def test_a_python_drivers_error_is_found_where_spark_submit_puts_it():
    assert last_error(JAVA, stdout=f"progress 1\n{PYTHON}") == last_error(PYTHON)
    assert last_error("26/11/21 10:00:00 INFO X: y", stdout="no hour given\n") == "no hour given"


def test_details_are_bounded_and_keep_the_exit_code():
    details = details_of_failure(1, f"Traceback (most recent call last):\nValueError: {'x' * 999}")
    assert len(details) == 256
    assert details.startswith("Job failed. ExitCode: 1. Last few exceptions: ValueError: xxx")


@pytest.mark.parametrize("exit_code", [-9, 137])
def test_a_killed_driver_is_told_by_its_signal(exit_code):
    assert "killed by signal 9 (SIGKILL)" in details_of_failure(exit_code, PYTHON)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("fs.s3a.secret.key=abc", "fs.s3a.secret.key=***"),
        ("client_secret: 'abc' rest", "client_secret: '***' rest"),
        ('{"password": "a"}', '{"password": "***"}'),
        ("aws_secret_access_key=a/b+c", "aws_secret_access_key=***"),
        ("Authorization: Bearer abc.def", "Authorization: ***"),
        ("http://user:pass@host/x", "http://***@host/x"),
        ("key AKIAABCDEFGHIJKLMNOP used", "key *** used"),
        ("KeyError: 'callsign'", "KeyError: 'callsign'"),
        ("TokenError: unexpected end", "TokenError: unexpected end"),
    ],
)
def test_what_looks_like_a_secret_is_left_out_and_nothing_else(text, safe):
    assert redacted(text) == safe
