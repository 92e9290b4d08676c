"""docs/costs.md: every number of the estimates, so that a reader can reckon them again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from emr_serverless_local.resources import BILLED_MINIMUM_S

from flightlake_local.cost.assumptions import (
    Assumptions,
    Environment,
    Quantity,
    billed_s,
    read_assumptions,
)
from flightlake_local.cost.ceilings import exact_usd, most_lines, read_ceilings
from flightlake_local.cost.estimate import JOBS, monthly_lines, stored_gb
from flightlake_local.cost.lines import (
    Line,
    number,
    price_text,
    quantity_text,
    total_usd,
)
from flightlake_local.markdown import grid

PAGE = "docs/costs.md"
_STORED_ON_DAYS = (30, 90, 180, 365)

_INTRODUCTION = """\
# What it costs

Made by `make docs` from `infra/cost/assumptions.json`, `dags/config/prices.json`,
`dags/config/spark.json` and `dags/config/ceilings.json`: change those, never this page.
`make cost ENV=prod` prints the same for one environment.

**How to read it.** Each line is *how much* times *price*, to the cent; a total is the sum of its
lines. Prices are AWS's list prices of us-east-1, without tax, discounts and free tiers, as noted on
{noted}: look at the pages that the last section names before you rely on them, and put your
region's in. Storage is that of the end of the first year, so that a month is not estimated below
what it will come to.
"""

_WITHOUT = """\
## What is not in it

- A second Spark worker where there is a backlog, retries and exports: their
  [ceilings](#what-a-job-can-cost-at-most) are above. What was billed is in `ops.job_costs`.
- Requests to S3 by job: access logs would have to be read for them. They are not collected, so
  `ops.job_costs` has none. The estimate counts those that a job made against an S3 server.
- Replaced versions of objects, until their life cycle ends; Delta's files that are no part of a
  table any more; data that leave AWS; Object Lock, CloudTrail and support.
- The endpoints that MWAA makes for itself in a private network.
"""

_CEILINGS = """\
## What a job can cost at most

A job that hangs, loops or waits is stopped by its task: `execution_timeout` of the operator is the
longest life of a job, waiting for workers included, and EMR Serverless gets the same time-out.
`spark.dynamicAllocation.maxExecutors` caps the workers. So the most that one job run costs is all
its workers for all that time. A task that fails is tried four times, each with a job of its own, so
the most of a task is four times that. A test holds the ceiling against sizes, prices and the
time-outs of the DAGs; the budget of the account is the last resort. A worker's first 20 GB of disk
are free, and no profile asks for more.
"""


def write_page(root: Path) -> Path:
    """Write the page of a repository; returns its path."""
    path = root / PAGE
    path.write_text(page(root), encoding="utf-8")
    return path


def page(root: Path) -> str:
    """The page, as the repository's files are."""
    known = read_assumptions(root)
    parts = [_INTRODUCTION.format(noted=known.prices_noted_on)]
    for environment in known.environments.values():
        parts += [_month(environment, known), _growth(environment, known)]
    parts += [_durations(known), _ceilings(root, known), _WITHOUT, *_sources(known)]
    return "\n".join(parts)


def sizes_text(environment: Environment) -> str:
    """The sizes of an environment in a sentence."""
    ways_out = "a NAT gateway" if environment.has_nat else "no way out"
    regions = "two regions" if environment.is_replicated else "one region"
    return (
        f"MWAA {environment.mwaa_class}; a poll every {environment.poll_seconds} s;"
        f" {environment.zones} zones with {environment.endpoints} interface endpoints and"
        f" {ways_out}; raw data to Infrequent Access after"
        f" {environment.infrequent_access_after_days} days, to Glacier Instant Retrieval after"
        f" {environment.glacier_after_days}, in {regions};"
        f" logs for {environment.log_retention_days} days."
    )


def cut_off_text(environment: Environment, known: Assumptions) -> str:
    """What one Athena query costs at most."""
    price = known.prices["athena_tb_usd"]
    most = environment.athena_max_scanned_gb
    return (
        f"One Athena query scans at most {most} GB, which is"
        f" ${most / 1000 * price.usd:,.2f}: the workgroup stops it there."
    )


def _month(environment: Environment, known: Assumptions) -> str:
    lines = monthly_lines(environment, known)
    rows = [(line.service, line.item, *_reckoned(line)) for line in lines]
    rows.append(("**total**", "", "", "", f"**${total_usd(lines):,.2f}**"))
    return "\n".join(
        [
            f"## {environment.name}: ${total_usd(lines):,.2f} a month\n",
            sizes_text(environment),
            cut_off_text(environment, known),
            "",
            grid(("service", "item", "how much", "price", "a month"), rows),
            "",
        ]
    )


def _growth(environment: Environment, known: Assumptions) -> str:
    by_day = {day: stored_gb(environment, known, day) for day in _STORED_ON_DAYS}
    rows = [
        (layer, *(quantity_text(by_day[day][layer]) for day in _STORED_ON_DAYS))
        for layer in by_day[_STORED_ON_DAYS[0]]
    ]
    head = ("GB stored", *(f"after {day} days" for day in _STORED_ON_DAYS))
    return grid(head, rows) + "\n"


def _durations(known: Assumptions) -> str:
    start = known["job_start_s"]
    rows = [
        (
            f"`{job.step}`",
            number(start),
            number(known[f"{job.work}_job_s"]),
            number(billed_s(known, job.work)),
        )
        for job in JOBS
    ]
    words = (
        "The seconds that a worker is billed for: those until its step works and those of the step,"
        f"\nat least {number(BILLED_MINIMUM_S)}."
    )
    head = ("job", "until it works, s", "the step, s", "billed, s")
    return f"## How long a job is billed\n\n{words}\n\n{grid(head, rows)}\n"


def _ceilings(root: Path, known: Assumptions) -> str:
    rows = []
    for ceiling in read_ceilings(root):
        lines = most_lines(ceiling, known.prices)
        most = " + ".join(f"{line.formula} x ${number(line.price.usd)}" for line in lines)
        rows.append(
            (
                f"`{ceiling.step}`",
                ceiling.sizing,
                most,
                f"${exact_usd(lines):.4f}",
                f"${ceiling.usd_a_run:.2f}",
            )
        )
    head = ("job", "sizing", "its workers until the time-out", "at most", "ceiling")
    return f"{_CEILINGS}\n{grid(head, rows)}\n"


def _sources(known: Assumptions) -> list[str]:
    prices = [
        (f"`{name}`", f"${number(price.usd)}", price.unit, price.source)
        for name, price in known.prices.items()
    ]
    return [
        "## Where the numbers are from\n",
        grid(("measured", "value", "unit", "where"), _quantities(known.measured)) + "\n",
        grid(("assumed", "value", "unit", "because"), _quantities(known.assumed)) + "\n",
        grid(("price", "US dollars", "for", "list"), prices) + "\n",
    ]


def _quantities(named: Mapping[str, Quantity]) -> list[tuple[str, ...]]:
    return [
        (f"`{name}`", number(each.value), each.unit, each.source) for name, each in named.items()
    ]


def _reckoned(line: Line) -> tuple[str, str, str]:
    amount = quantity_text(line.quantity)
    how = (
        line.formula
        if len(line.factors) + len(line.divisors) == 1
        else (f"{line.formula} = {amount}")
    )
    return how, price_text(line.price), f"${line.usd:,.2f}"
