"""Judges rows by a suite, with Great Expectations on Spark or pandas.

The suite says of each expectation what it is about (``meta.scope``):

- ``table``, where nothing else is said: the rows as a whole, such as a share or a number of rows;
- ``row``: each row by itself. A row that breaks it is quarantined, and never rejects the table;
- ``run``: a number that the step knows, such as the answers that it read. The parameters of the
  suite are the columns of the one row that it is asked of.

All expectations are first asked for yes or no, in few passes over the cached frame. Counts and
sample rows are computed for what failed, and for nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
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
ROW, RUN = "row", "run"
"""The scopes that an expectation can have in ``meta``; without one it is about the table."""

BrokenRows = dict[int, list[str]]
"""Per position of a row that broke a row rule, the names of the rules."""

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
    known = _named_by(suite, parameters)
    results = _judged_rows(staged, suite, keys, known) | _judged_run(suite, known)
    return _in_order(suite, results)


def judge_rows(
    rows: pd.DataFrame, suite_name: str, parameters: Mapping[str, Any]
) -> tuple[Judgement, BrokenRows]:
    """Judge the rows of a derived table, and find those that break a row rule.

    Args:
        rows: all derived rows, numbered from 0.
        suite_name: the table, such as ``gold.flights``.
        parameters: values of the suite's ``$PARAMETER``s; ``rows_derived`` and
            ``rows_quarantined`` are added here.

    Raises:
        FileNotFoundError: the table has no suite.
        ValueError: the suite is not valid, or a parameter is missing.
    """
    suite, keys = load_suite(suite_name), TABLES[suite_name].keys
    counts = {"rows_derived": len(rows), "rows_quarantined": 0}
    known = _named_by(suite, {**parameters, **counts})
    results = _judged_rows(rows, suite, keys, known)
    unmet = [entry for entry in _of(suite, ROW) if not results[entry["meta"]["name"]].is_met]
    broken = _broken_rows(rows, suite, unmet, known)
    results |= _judged_run(suite, {**known, "rows_quarantined": len(broken)})
    return _in_order(suite, results), broken


def _of(suite: Mapping[str, Any], *scopes: str | None) -> list[Mapping[str, Any]]:
    return [entry for entry in suite["expectations"] if entry["meta"].get("scope") in scopes]


def _in_order(suite: Mapping[str, Any], results: Mapping[str, ExpectationResult]) -> Judgement:
    return judgement_of([results[entry["meta"]["name"]] for entry in suite["expectations"]])


def _judged_rows(
    staged: DataFrame | pd.DataFrame,
    suite: Mapping[str, Any],
    keys: Sequence[str],
    parameters: Mapping[str, Any],
) -> dict[str, ExpectationResult]:
    expectations = {entry["meta"]["name"]: entry for entry in _of(suite, None, ROW)}
    if not expectations:
        return {}
    batch = _batch(staged)
    answers = _ask(batch, suite, expectations.values(), parameters, "BOOLEAN_ONLY")
    unmet = [name for name, answer in answers.items() if not answer.success]
    shown_keys = [key for key in keys if key in staged.columns]
    details = _details(batch, suite, [expectations[name] for name in unmet], parameters, shown_keys)
    rows = _count(staged) if unmet else 0
    return {
        name: _result(entry, answers[name], details.get(name), rows)
        for name, entry in expectations.items()
    }


def _judged_run(
    suite: Mapping[str, Any], parameters: Mapping[str, Any]
) -> dict[str, ExpectationResult]:
    import pandas as pd

    expectations = {entry["meta"]["name"]: entry for entry in _of(suite, RUN)}
    if not expectations:
        return {}
    numbers = {
        name: float(value)
        for name, value in parameters.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    batch = _batch(pd.DataFrame([numbers]))
    answers = _ask(batch, suite, expectations.values(), parameters, "BOOLEAN_ONLY")
    return {
        name: _result_of_run(_result(entry, answers[name], None, 1), numbers)
        for name, entry in expectations.items()
    }


def _result_of_run(result: ExpectationResult, numbers: Mapping[str, float]) -> ExpectationResult:
    if result.is_met or result.exception:
        return result
    value = numbers[str(result.column)]
    return replace(result, observed=f"{result.column} is {wording.text_of(value)}")


def _broken_rows(
    rows: pd.DataFrame,
    suite: Mapping[str, Any],
    unmet: Sequence[Mapping[str, Any]],
    parameters: Mapping[str, Any],
) -> BrokenRows:
    """Which rows break which row rules; without the names of its index, GX gives positions."""
    if not unmet:
        return {}
    broken: dict[int, list[str]] = {}
    for name, answer in _ask(_batch(rows), suite, unmet, parameters, "COMPLETE").items():
        for position in answer.result.get("unexpected_index_list") or []:
            broken.setdefault(int(position), []).append(name)
    return broken


def _named_by(suite: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that the suite names, of all that a step knows.

    Raises:
        ValueError: one is missing.
    """
    named = suite.get("meta", {}).get("parameters", ())
    if missing := set(named) - set(parameters):
        raise ValueError(
            f"the suite {suite['name']} needs the parameters {', '.join(sorted(missing))}; "
            "see suites.suite_parameters, suites.table_parameters and quality.facts"
        )
    return {name: parameters[name] for name in named}


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
