"""The lines of an environment's month."""

from __future__ import annotations

import math
from dataclasses import dataclass

from flightlake_local.cost.assumptions import (
    Assumptions,
    Environment,
    Price,
    billed_s,
    first_workers,
)
from flightlake_local.cost.lines import Factor, Line

_HOURS: Factor = (730, "hours")
_DAYS_A_YEAR: Factor = (365, "days a year")
_WEEKS_A_YEAR: Factor = (52, "weeks a year")
_MONTHS: Factor = (12, "months")
_SECONDS: Factor = (3600, "seconds")
_BYTES: Factor = (1_000_000_000, "bytes a GB")


@dataclass(frozen=True)
class Job:
    """A Spark job of the estimate: its sizing, how often it runs, whose seconds and requests."""

    step: str
    profile: str
    runs: Factor
    each: Factor
    work: str


JOBS = (
    Job("states_hourly", "hour", (24, "runs a day"), _DAYS_A_YEAR, "hour"),
    Job("flights_daily", "day", (1, "run a day"), _DAYS_A_YEAR, "day"),
    Job("reference_refresh", "reference", (1, "run a week"), _WEEKS_A_YEAR, "reference"),
    Job("lake_maintenance", "hour", (1, "run a week"), _WEEKS_A_YEAR, "maintenance"),
)


def monthly_lines(environment: Environment, known: Assumptions) -> list[Line]:
    """All that an environment is billed for in a month."""
    return [
        *_airflow(environment, known),
        *_spark(known),
        *_storage(environment, known),
        *_requests(environment, known),
        *(_replica(environment, known) if environment.is_replicated else []),
        *_athena(environment, known),
        *_network(environment, known),
        *_rest(environment, known),
    ]


def stored_gb(environment: Environment, known: Assumptions, day: int) -> dict[str, float]:
    """GB in each layer, and of raw in each class of storage, at the end of a day."""
    days = _days_by_class(environment, day)
    growth = {
        name: math.prod(number for number, _ in factors) / _BYTES[0]
        for name, factors in _a_day(environment, known)
    }
    return {
        **{f"raw, {name}": growth["raw"] * held for name, held in days.items()},
        **{name: growth[name] * day for name in ("silver", "gold", "ops and reports")},
    }


def _airflow(environment: Environment, known: Assumptions) -> list[Line]:
    size = environment.mwaa_class.replace(".", "_")
    spare = (known["mwaa_extra_worker_hours_a_day"], "worker hours a day")
    return [
        _line("MWAA", f"environment {environment.mwaa_class}", known, f"mwaa_{size}", [_HOURS]),
        _line(
            "MWAA",
            "workers beyond the first",
            known,
            f"mwaa_worker_{size}",
            [spare, _DAYS_A_YEAR],
            [_MONTHS],
        ),
        _line("MWAA", "database", known, "mwaa_database", [(known["mwaa_database_gb"], "GB")]),
    ]


def _spark(known: Assumptions) -> list[Line]:
    lines = []
    for job in JOBS:
        workers = first_workers(job.profile)
        seconds = (billed_s(known, job.work), "seconds")
        for what, price, size in (
            ("vCPU", "vcpu_hour_usd", (workers.vcpus, "vCPU")),
            ("memory", "memory_gb_hour_usd", (workers.memory_gb, "GB")),
        ):
            factors = [job.runs, job.each, size, seconds]
            item = f"{job.step}, {what}"
            lines.append(_line("EMR Serverless", item, known, price, factors, [_MONTHS, _SECONDS]))
    return lines


def _a_day(environment: Environment, known: Assumptions) -> list[tuple[str, list[Factor]]]:
    """What a day adds to each layer, in bytes."""
    rows: list[Factor] = [
        (environment.answers_a_day, "answers a day"),
        (known["rows_an_answer"], "rows"),
    ]
    published = [*rows, (known["published_share"], "published")]
    return [
        ("raw", [*rows, (known["raw_bytes_a_row"], "bytes")]),
        ("silver", [*published, (known["silver_bytes_a_row"], "bytes")]),
        ("gold", [*published, (known["gold_bytes_a_row"], "bytes")]),
        (
            "ops and reports",
            [(24, "runs a day"), (known["record_bytes_an_hour_run"], "bytes")],
        ),
    ]


def _days_by_class(environment: Environment, day: int) -> dict[str, int]:
    """How many days of raw objects each class of storage holds at the end of a day."""
    cool, cold = environment.infrequent_access_after_days, environment.glacier_after_days
    return {
        "Standard": min(day, cool),
        "Infrequent Access": max(0, min(day, cold) - cool),
        "Glacier Instant Retrieval": max(0, day - cold),
    }


_CLASS_PRICES = {
    "Standard": "s3_standard",
    "Infrequent Access": "s3_infrequent_access",
    "Glacier Instant Retrieval": "s3_glacier_instant_retrieval",
}
_CLASS_MOVES = {
    "Infrequent Access": "s3_to_infrequent_access",
    "Glacier": "s3_to_glacier_instant_retrieval",
}


def _storage(environment: Environment, known: Assumptions) -> list[Line]:
    growth = dict(_a_day(environment, known))
    kept = (365, "days kept")
    return _raw_by_class("raw", environment, known) + [
        _line("S3", name, known, "s3_standard", [*growth[name], kept], [_BYTES])
        for name in ("silver", "gold", "ops and reports")
    ]


def _raw_by_class(item: str, environment: Environment, known: Assumptions) -> list[Line]:
    a_day = dict(_a_day(environment, known))["raw"]
    return [
        _line(
            "S3",
            f"{item}, {name}",
            known,
            _CLASS_PRICES[name],
            [*a_day, (days, "days kept")],
            [_BYTES],
        )
        for name, days in _days_by_class(environment, 365).items()
    ]


def _requests(environment: Environment, known: Assumptions) -> list[Line]:
    requests = [_MONTHS, (1000, "requests")]
    return [
        _landed("requests of the poll", environment, known),
        *(
            _line(
                "S3",
                f"{job.step}, {what}",
                known,
                f"s3_{kind}_requests",
                [job.runs, job.each, (known[f"{job.work}_job_{kind}_requests"], "requests")],
                requests,
            )
            for job in JOBS[:2]
            for kind, what in (("write", "writing, listing"), ("read", "reading"))
        ),
        *_raw_gets_cold("raw", environment, known),
    ]


def _replica(environment: Environment, known: Assumptions) -> list[Line]:
    """Raw answers once more, in another region, and their way there."""
    a_month = [*dict(_a_day(environment, known))["raw"], _DAYS_A_YEAR], [_MONTHS, _BYTES]
    rules = (known["replication_rules"], "rules")
    metrics = (known["replication_metrics_a_rule"], "metrics a rule")
    alarms = (known["replication_alarms_a_rule"], "alarms a rule")
    return [
        *_raw_by_class("replica", environment, known),
        _landed("requests of the replica", environment, known),
        *_raw_gets_cold("replica", environment, known),
        _line("S3", "replica, transfer", known, "s3_to_other_region", *a_month),
        _line("S3", "replica, within 15 minutes", known, "s3_replication_time_control", *a_month),
        _line("KMS", "key of the replica", known, "kms_key", [(1, "key")]),
        _line("CloudWatch", "metrics of the replica", known, "metric", [rules, metrics]),
        _line("CloudWatch", "alarms of the replica", known, "alarm", [rules, alarms]),
    ]


def _landed(item: str, environment: Environment, known: Assumptions) -> Line:
    return _line(
        "S3",
        item,
        known,
        "s3_write_requests",
        [(environment.answers_a_day, "answers a day"), _DAYS_A_YEAR, (2, "objects an answer")],
        [_MONTHS, (1000, "requests")],
    )


def _raw_gets_cold(item: str, environment: Environment, known: Assumptions) -> list[Line]:
    answers: list[Factor] = [(environment.answers_a_day, "answers a day"), _DAYS_A_YEAR]
    objects = [_MONTHS, (1000, "objects")]
    return [
        _line("S3", f"{item} to {name}", known, price, answers, objects)
        for name, price in _CLASS_MOVES.items()
    ]


def _athena(environment: Environment, known: Assumptions) -> list[Line]:
    queries = (environment.athena_queries_a_day, "queries a day")
    scanned = (known["athena_gb_a_query"], "GB")
    return [
        _line(
            "Athena",
            "scanned",
            known,
            "athena_tb_usd",
            [queries, _DAYS_A_YEAR, scanned],
            [_MONTHS, (1000, "GB a TB")],
        )
    ]


def _network(environment: Environment, known: Assumptions) -> list[Line]:
    calls = (known["aws_api_gb_a_month"], "GB of AWS's own calls")
    lines = []
    if environment.endpoints:
        ways = (environment.endpoints, "endpoints")
        zones = (environment.zones, "zones")
        lines += [
            _line("Network", "endpoints", known, "endpoint_hour", [ways, zones, _HOURS]),
            _line("Network", "data through endpoints", known, "endpoint_data", [calls]),
        ]
    if environment.has_nat:
        answers: list[Factor] = [
            (environment.answers_a_day, "answers a day"),
            (known["rows_an_answer"], "rows"),
            (known["raw_bytes_a_row"], "bytes"),
            _DAYS_A_YEAR,
        ]
        lines += [
            _line("Network", "NAT gateway", known, "nat_hour", [_HOURS]),
            _line("Network", "its public address", known, "public_ipv4_hour", [_HOURS]),
            _line("Network", "answers through NAT", known, "nat_data", answers, [_MONTHS, _BYTES]),
        ]
        if not environment.endpoints:
            lines.append(_line("Network", "AWS's calls through NAT", known, "nat_data", [calls]))
    return lines


def _rest(environment: Environment, known: Assumptions) -> list[Line]:
    polls: list[Factor] = [(environment.answers_a_day, "polls a day"), _DAYS_A_YEAR]
    of_polls = (known["airflow_log_mb_a_poll"], "MB")
    of_airflow = (known["airflow_log_gb_a_month"], "GB")
    of_flows = (known["vpc_flow_log_gb_a_month"], "GB")
    mb = (1000, "MB a GB")
    kept = (environment.log_retention_days, "days kept")
    return [
        _line("KMS", "keys", known, "kms_key", [(known["kms_keys"], "keys")]),
        _line(
            "KMS",
            "requests",
            known,
            "kms_requests",
            [(known["kms_requests_a_month"], "requests")],
            [(10_000, "requests")],
        ),
        _line(
            "CloudWatch", "logs of polls", known, "logs_ingested", [*polls, of_polls], [_MONTHS, mb]
        ),
        _line("CloudWatch", "logs of Airflow", known, "logs_ingested", [of_airflow]),
        _line("CloudWatch", "flow logs", known, "vended_logs_ingested", [of_flows]),
        _line(
            "CloudWatch", "kept logs of polls", known, "logs_kept", [polls[0], of_polls, kept], [mb]
        ),
        _line(
            "CloudWatch",
            "kept logs of Airflow",
            known,
            "logs_kept",
            [of_airflow, _MONTHS, kept],
            [(365, "days")],
        ),
        _line(
            "CloudWatch",
            "kept flow logs",
            known,
            "logs_kept",
            [of_flows, _MONTHS, kept],
            [(365, "days")],
        ),
        _line("CloudWatch", "metrics", known, "metric", [(known["metrics"], "metrics")]),
        _line("CloudWatch", "alarms", known, "alarm", [(known["alarms"], "alarms")]),
        _line("CloudWatch", "dashboard", known, "dashboard", [(1, "dashboard")]),
        _line(
            "SNS",
            "alerts",
            known,
            "sns_email",
            [(known["alert_emails_a_month"], "e-mails")],
            [(100_000, "e-mails")],
        ),
        _line("Secrets Manager", "secrets", known, "secret", [(known["secrets"], "secrets")]),
        _line(
            "Secrets Manager",
            "calls of polls",
            known,
            "secret_calls",
            polls,
            [_MONTHS, (10_000, "calls")],
        ),
    ]


def _line(
    service: str,
    item: str,
    known: Assumptions,
    price: str,
    factors: list[Factor],
    divisors: list[Factor] | None = None,
) -> Line:
    found: Price = known.prices[price]
    return Line(service, item, tuple(factors), tuple(divisors or ()), found)
