"""The last error of a failed job, in one bounded line that is safe to show."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterable

DETAILS_LIMIT = 256

_NAME = r"[A-Za-z_][\w.$]*"
_PYTHON_ERROR = re.compile(rf"^({_NAME})(: .*)?$")
_JAVA_ERROR = re.compile(
    rf'^(?:Exception in thread "[^"]*" |Caused by: |: )?({_NAME}(?:Exception|Error)(?::.*)?)$'
)
_NOISE = re.compile(
    r"\d\d(\d\d)?[/-]\d\d[/-]\d\d[ T]\d\d:\d\d:\d\d|\s|WARNING: |Using Spark's default log4j"
)
_PY4J = "An error occurred while calling"
# spark-submit's own report that the Python driver failed says less than the driver did.
_SPARK_SUBMIT_ECHO = "SparkUserAppException"
_SECRET_PAIR = re.compile(
    r"""(?ix) \b([\w.-]*(?:secret|token|passw(?:or)?d|authorization|(?:api|access|secret)[_.-]?key))
        (["']?\s*[=:]\s*["']?) (?:bearer\s+)? [^\s"',;&]+"""
)
_URL_PASSWORD = re.compile(r"://[^/\s:@]+:[^/\s@]+@")
_ACCESS_KEY = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")


def details_of_failure(
    exit_code: int, stderr: str, stdout: str = "", secrets: Iterable[str] = ()
) -> str:
    """Return the stateDetails of a job that ended with ``exit_code`` (negative: by a signal)."""
    killed_by = _signal_of(exit_code)
    if killed_by is not None:
        return (
            "Job failed: the Spark driver process was killed by "
            f"signal {int(killed_by)} ({killed_by.name}). ExitCode: {128 + killed_by}."
        )
    error = last_error(stderr, stdout)
    if error is None:
        return f"Job failed with ExitCode: {exit_code}; its output names no exception."
    return _bounded(
        f"Job failed. ExitCode: {exit_code}. Last few exceptions: {redacted(error, secrets)}"
    )


def last_error(stderr: str, stdout: str = "") -> str | None:
    """Return the job's last Python exception, else its last Java one, else its last plain line.

    spark-submit puts the stderr of a Python driver on its own stdout, so that is read first.
    """
    outputs = [stdout.splitlines(), stderr.splitlines()]
    for find in (_python_error, _java_error, _plain_line):
        for lines in outputs:
            if error := find(lines):
                return error
    return None


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text without known secrets and without what looks like one."""
    for secret in secrets:
        text = text.replace(secret, "***")
    text = _SECRET_PAIR.sub(r"\1\2***", text)
    return _ACCESS_KEY.sub("***", _URL_PASSWORD.sub("://***@", text))


def secret_values(environment: dict[str, str]) -> list[str]:
    """Return the values of variables whose names speak of a secret, as far as they can be one."""
    names = re.compile(r"SECRET|TOKEN|PASSW|CREDENTIAL|_KEY", re.IGNORECASE)
    return [value for name, value in environment.items() if names.search(name) and len(value) > 4]


def _signal_of(exit_code: int) -> signal.Signals | None:
    if exit_code < 0:
        return signal.Signals(-exit_code)
    # A JVM or a shell that was told to end reports 128 and the signal's number.
    by_code = {128 + each: each for each in (signal.SIGKILL, signal.SIGTERM)}
    return by_code.get(exit_code)


def _python_error(lines: list[str]) -> str | None:
    tracebacks = [n for n, line in enumerate(lines) if line.startswith("Traceback (most recent")]
    if not tracebacks:
        return None
    after = range(tracebacks[-1] + 1, len(lines))
    for n in after:
        line = lines[n]
        if line.startswith((" ", "\t")) or not _PYTHON_ERROR.match(line):
            continue
        if _PY4J in line and n + 1 < len(lines) and lines[n + 1].startswith(": "):
            return lines[n + 1].removeprefix(": ")
        return line
    return None


def _java_error(lines: list[str]) -> str | None:
    errors = [match[1] for line in lines if (match := _JAVA_ERROR.match(line))]
    own = [error for error in errors if _SPARK_SUBMIT_ECHO not in error]
    return own[-1] if own else None


def _plain_line(lines: list[str]) -> str | None:
    plain = [
        line for line in lines if line and not _NOISE.match(line) and _SPARK_SUBMIT_ECHO not in line
    ]
    return plain[-1] if plain else None


def _bounded(text: str) -> str:
    return text if len(text) <= DETAILS_LIMIT else f"{text[: DETAILS_LIMIT - 1]}…"
