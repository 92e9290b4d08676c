"""The numbers that an estimate is made of, each with its unit and where it is from."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from emr_serverless_local.resources import BILLED_MINIMUM_S, Workers, workers_of
from flightlake_dags.config import spark_sizing

from flightlake_local.errors import LocalError

FILE = "infra/cost/assumptions.json"
PRICES_FILE = "dags/config/prices.json"

_RECORDED = {
    "vcpu_hour_usd": ("a vCPU hour", "emr"),
    "memory_gb_hour_usd": ("a GB hour", "emr"),
    "storage_gb_hour_usd": ("a GB hour", "emr"),
    "athena_tb_usd": ("a TB", "athena"),
}
"""What ``ops.job_costs`` is priced with: units, and whose list."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|#.*|[{}\[\],=]|[^\s{}\[\],="#]+')


@dataclass(frozen=True)
class Price:
    """What AWS asks for: US dollars for one unit, which may be a thousand requests."""

    usd: float
    unit: str
    source: str


@dataclass(frozen=True)
class Quantity:
    """A number that is measured or assumed."""

    value: float
    unit: str
    source: str


@dataclass(frozen=True)
class Environment:
    """The sizes and the beat of one environment."""

    name: str
    poll_seconds: int
    mwaa_class: str
    zones: int
    endpoints: int
    has_nat: bool
    infrequent_access_after_days: int
    glacier_after_days: int
    is_replicated: bool
    log_retention_days: int
    athena_max_scanned_gb: int
    athena_queries_a_day: int

    @property
    def answers_a_day(self) -> int:
        """The answers that are landed in a day without gaps."""
        return 86_400 // self.poll_seconds


@dataclass(frozen=True)
class Assumptions:
    """All of it, as read from the repository."""

    prices_noted_on: str
    prices: Mapping[str, Price]
    measured: Mapping[str, Quantity]
    assumed: Mapping[str, Quantity]
    environments: Mapping[str, Environment]

    @cached_property
    def _values(self) -> dict[str, float]:
        return {name: each.value for name, each in {**self.measured, **self.assumed}.items()}

    def __getitem__(self, name: str) -> float:
        return self._values[name]


def read_assumptions(root: Path) -> Assumptions:
    """The assumptions of a repository, with the sizes that its Terraform code says."""
    content = json.loads((root / FILE).read_text(encoding="utf-8"))
    recorded = json.loads((root / PRICES_FILE).read_text(encoding="utf-8"))
    prices = {name: Price(**each) for name, each in content["prices"].items()}
    prices |= {
        name: Price(recorded[name], unit, f"aws.amazon.com/{page}/pricing, {PRICES_FILE}")
        for name, (unit, page) in _RECORDED.items()
    }
    assumed = {name: Quantity(**each) for name, each in content["assumed"].items()}
    return Assumptions(
        content["prices_noted_on"],
        prices,
        {name: Quantity(**each) for name, each in content["measured"].items()},
        assumed,
        {
            name: sized(Environment(name, **sizes), root, assumed)
            for name, sizes in content["environments"].items()
        },
    )


def environment_of(assumptions: Assumptions, name: str) -> Environment:
    """The environment of a name.

    Raises:
        LocalError: there is none.
    """
    if name not in assumptions.environments:
        known = ", ".join(assumptions.environments)
        raise LocalError(f"There is no environment {name!r}; there are {known}: make cost ENV=dev")
    return assumptions.environments[name]


def sized(environment: Environment, root: Path, assumed: Mapping[str, Quantity]) -> Environment:
    """An environment with the sizes of its ``terraform.tfvars``, where it has that file."""
    path = root / "infra/terraform/envs" / environment.name / "terraform.tfvars"
    if not path.exists():
        return environment
    values = parse_tfvars(path.read_text(encoding="utf-8"))
    network, days = values["network"], values["storage"]["lifecycle_days"]
    services = network.get("interface_services")
    return replace(
        environment,
        poll_seconds=values["poll"]["seconds"],
        mwaa_class=values["airflow"]["environment_class"],
        zones=len(network["availability_zones"]),
        endpoints=int(assumed["default_endpoints"].value) if services is None else len(services),
        has_nat=network["has_nat"],
        infrequent_access_after_days=days["raw_infrequent_access"],
        glacier_after_days=days["raw_glacier"],
        is_replicated=values["storage"].get("replica_region") is not None,
        log_retention_days=values["log_retention_days"],
        athena_max_scanned_gb=values["athena_max_scanned_gb"],
    )


def parse_tfvars(text: str) -> dict[str, Any]:
    """The values of a file of variables: literals, lists and objects, and no expressions.

    Raises:
        ValueError: the file has more than that.
    """
    # JSON differs in the colon, and in the comma that a new line makes unnecessary.
    parts: list[str] = []
    for part in _TOKEN.findall(text):
        if part.startswith("#"):
            continue
        if part == "=":
            parts[-1] = f"{json.dumps(parts[-1])}:"
            continue
        ends_a_value = bool(parts) and parts[-1][-1] not in "{[,:"
        if part in "]}" and parts and parts[-1] == ",":
            parts.pop()
        elif part not in ",]}" and ends_a_value:
            parts.append(",")
        parts.append(part)
    return dict(json.loads("{" + "".join(parts) + "}"))


def first_workers(profile: str) -> Workers:
    """The workers that a job of a sizing profile begins with."""
    conf = spark_sizing(profile)
    first = conf["spark.dynamicAllocation.initialExecutors"]
    return workers_of({**conf, "spark.executor.instances": first})


def most_workers(profile: str) -> Workers:
    """The workers that a job of a sizing profile has at most."""
    conf = spark_sizing(profile)
    most = conf["spark.dynamicAllocation.maxExecutors"]
    return workers_of({**conf, "spark.executor.instances": most})


def billed_s(assumptions: Assumptions, job: str) -> float:
    """The seconds that each worker of a job is billed for."""
    return max(
        BILLED_MINIMUM_S, math.ceil(assumptions["job_start_s"] + assumptions[f"{job}_job_s"])
    )
