"""Holds staged rows against a suite, with Great Expectations on Spark.

All expectations are first asked for yes or no, in few passes over the cached frame; counts and
sample rows are computed for what failed, and for nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Any

from flightlake.contracts.results import ExpectationResult, Judgement
from flightlake.contracts.tables import TABLES
from flightlake.quality import wording
from flightlake.quality.scoring import judgement_of, score_of
from flightlake.quality.suites import load_suite

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.datasource.fluent.interfaces import Batch
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from pyspark.sql import DataFrame

MAX_SAMPLE_ROWS = 5
_QUERY = "unexpected_rows_expectation"


def preload() -> Thread:
    """Import Great Expectations in the background: it takes 2.5 s, which Spark's work hides."""
    thread = Thread(target=import_module, args=("great_expectations",), daemon=True)
    thread.start()
    return thread


def judge(
    staged: DataFrame | pd.DataFrame, suite_name: str, parameters: Mapping[str, Any]
) -> Judgement:
    """Judge the staged rows of a table.

    Args:
        staged: the rows; of Spark, cached by the caller, in a session whose time zone is UTC; or
            of pandas, where they are few: 20 questions then take a tenth of the time.
        suite_name: the table, such as ``silver.state_vectors``.
        parameters: values of the suite's ``$PARAMETER``s (``suites.suite_parameters``).

    Raises:
        FileNotFoundError: the table has no suite.
        ValueError: the suite is not valid, or a parameter is missing.
    """
    return judge_by(staged, load_suite(suite_name), TABLES[suite_name].keys, parameters)


def judge_by(
    staged: DataFrame | pd.DataFrame,
    suite: Mapping[str, Any],
    keys: Sequence[str],
    parameters: Mapping[str, Any],
) -> Judgement:
    """Judge rows by a suite given as GX's JSON; ``keys`` are the columns that name a row."""
    _require_parameters(suite, parameters)
    batch = _batch(staged)
    expectations = {entry["meta"]["name"]: entry for entry in suite["expectations"]}
    answers = _ask(batch, suite, expectations.values(), parameters, "BOOLEAN_ONLY")
    unmet = [name for name, answer in answers.items() if not answer.success]
    shown_keys = [key for key in keys if key in staged.columns]
    details = _details(batch, suite, [expectations[name] for name in unmet], parameters, shown_keys)
    rows = _count(staged) if unmet else 0
    return judgement_of(
        [
            _result(entry, answers[name], details.get(name), rows)
            for name, entry in expectations.items()
        ]
    )


def _require_parameters(suite: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
    missing = set(suite.get("meta", {}).get("parameters", ())) - set(parameters)
    if missing:
        raise ValueError(
            f"the suite {suite['name']} needs the parameters {', '.join(sorted(missing))}; "
            "take them from suites.suite_parameters"
        )


def _count(staged: DataFrame | pd.DataFrame) -> int:
    import pandas as pd

    return len(staged) if isinstance(staged, pd.DataFrame) else staged.count()


def _batch(staged: DataFrame | pd.DataFrame) -> Batch:
    import great_expectations as gx
    import pandas as pd
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    # Bars would fill the job's log.
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    if isinstance(staged, pd.DataFrame):
        assets: Any = context.data_sources.add_pandas(name="staged")
    else:
        # The caller caches the frame; GX would cache it a second time.
        assets = context.data_sources.add_spark(name="staged", persist=False)
    definition = assets.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
    batch: Batch = definition.get_batch({"dataframe": staged})
    return batch


def _ask(
    batch: Batch,
    suite: Mapping[str, Any],
    entries: Any,
    parameters: Mapping[str, Any],
    result_format: Any,
) -> dict[str, ExpectationValidationResult]:
    from great_expectations import ExpectationSuite

    asked = list(entries)
    gx_suite = ExpectationSuite(name=suite["name"], expectations=asked)
    # GX leaves out what it does not understand, with a line in the log only.
    if len(gx_suite.expectations) != len(asked):
        known = {(expectation.meta or {}).get("name") for expectation in gx_suite.expectations}
        invalid = sorted(
            entry["meta"]["name"] for entry in asked if entry["meta"]["name"] not in known
        )
        raise ValueError(
            f"the suite {suite['name']} has invalid expectations: {', '.join(invalid)}"
        )
    answer = batch.validate(
        gx_suite, result_format=result_format, expectation_parameters=dict(parameters)
    )
    return {_config(result).meta["name"]: result for result in answer.results}


def _config(answer: ExpectationValidationResult) -> ExpectationConfiguration:
    if answer.expectation_config is None:
        raise ValueError("Great Expectations answered without saying for which expectation")
    return answer.expectation_config


def _details(
    batch: Batch,
    suite: Mapping[str, Any],
    unmet: Sequence[Mapping[str, Any]],
    parameters: Mapping[str, Any],
    keys: Sequence[str],
) -> dict[str, ExpectationValidationResult]:
    queries = [entry for entry in unmet if entry["type"] == _QUERY]
    others = [entry for entry in unmet if entry["type"] != _QUERY]
    # Only COMPLETE shows the rows of a query (200 at most); of the others it would collect all.
    summary: dict[str, Any] = {
        "result_format": "SUMMARY",
        "partial_unexpected_count": MAX_SAMPLE_ROWS,
    }
    if keys:
        summary["unexpected_index_column_names"] = list(keys)
    answers = _ask(batch, suite, others, parameters, summary) if others else {}
    if queries:
        answers |= _ask(batch, suite, queries, parameters, "COMPLETE")
    return answers


def _result(
    entry: Mapping[str, Any],
    answer: ExpectationValidationResult,
    detail: ExpectationValidationResult | None,
    rows: int,
) -> ExpectationResult:
    arguments = {k: v for k, v in _config(answer).kwargs.items() if k != "batch_id"}
    found: Mapping[str, Any] = (detail.result if detail else None) or {}
    exception = _exception_text(answer) or (detail and _exception_text(detail))
    unexpected_rows = _unexpected_rows(found)
    share = _unexpected_share(found, rows)
    is_met = bool(answer.success)
    if exception:
        seen = "nothing: the expectation raised an exception"
    else:
        seen = "as expected" if is_met else wording.observed(entry["type"], found, rows)
    return ExpectationResult(
        expectation_id=entry["meta"]["name"],
        expectation=entry["type"],
        column=arguments.get("column") or ", ".join(arguments.get("column_list", ())) or None,
        dimension=entry["meta"]["dimension"],
        # Nobody knows what an expectation that broke would have said.
        severity="critical" if exception else entry["severity"],
        description=entry["meta"]["description"],
        is_met=is_met and not exception,
        expected=wording.expected(entry["type"], arguments),
        observed=seen,
        unexpected_rows=unexpected_rows,
        unexpected_share=share,
        score=score_of(is_met and not exception, None if exception else share),
        exception=exception or None,
        sample_rows=_sample_rows(found),
    )


def _exception_text(answer: ExpectationValidationResult) -> str | None:
    info = answer.exception_info or {}
    # One record for the expectation, or one for each of the metrics that it needs.
    records = [info] if "raised_exception" in info else list(info.values())
    for record in records:
        if record.get("raised_exception"):
            return wording.text_of(str(record.get("exception_message") or "no message").strip())
    return None


def _unexpected_rows(found: Mapping[str, Any]) -> int | None:
    if "unexpected_rows" in (found.get("details") or {}):
        return int(found["observed_value"])
    count = found.get("unexpected_count")
    return None if count is None else int(count)


def _unexpected_share(found: Mapping[str, Any], rows: int) -> float | None:
    if "unexpected_rows" in (found.get("details") or {}):
        return int(found["observed_value"]) / rows if rows else None
    percent = found.get("unexpected_percent")
    return None if percent is None else float(percent) / 100


def _sample_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    details = found.get("details") or {}
    samples = details.get("unexpected_rows") or found.get("partial_unexpected_index_list") or []
    return [
        {name: _plain(value) for name, value in sample.items()}
        for sample in samples[:MAX_SAMPLE_ROWS]
    ]


def _plain(value: object) -> str | int | float | bool | None:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime):
        # Spark hands timestamps to Python without a zone, in the machine's own.
        return wording.text_of(value.astimezone(UTC))
    if isinstance(value, date):
        return value.isoformat()
    return wording.text_of(value)
