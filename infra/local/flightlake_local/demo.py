"""``make demo``: two past hours of simulated traffic, all the way to flights."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

from flightlake.contracts import raw
from flightlake.contracts.hours import Hour
from flightlake.contracts.results import INDEX_KEY
from rich.table import Table

from flightlake_local import backfill, daily, hour_report, references, show
from flightlake_local.console import Steps
from flightlake_local.errors import LocalError
from flightlake_local.settings import LakeKind, LocalSettings
from flightlake_local.stack import Stack

HOURS = 2
ANSWER_EVERY_S = 90
ANSWERS_AN_HOUR = 3600 // ANSWER_EVERY_S

_QUERY = "SELECT started_at, description FROM gold.events ORDER BY severity, started_at"


def run_demo(settings: LocalSettings) -> None:
    """Start everything, produce, land and process two hours, and say where to look.

    Raises:
        LocalError: a service does not start or dies, or an hour or a day failed.
    """
    steps, stack = show.steps(), Stack(settings)
    now_hour = Hour.of(datetime.now(UTC))
    hours = [now_hour - back for back in range(HOURS, 0, -1)]
    with steps.live(), ThreadPoolExecutor(1) as executor:
        landing: list[Future[None]] = []
        stack.up(
            steps,
            unpause=False,
            # Landing needs the lake, not Airflow, which takes longer to start.
            on_cloud_ready=lambda: landing.append(
                executor.submit(_land_hours, steps, stack, hours)
            ),
        )
        stack.wait_for_dag("opensky_poll")
        stack.api.unpause("opensky_poll")
        landing[0].result()
        outcomes = _process(steps, stack, hours)
        # Flights take their airports from them, and aircraft types need them.
        days = [references.refresh(stack, steps)]
        days += daily.process(stack, steps, daily.days_to_make(stack.open_lake(), hours))
    tables = [hour_report.hour_table(outcomes), hour_report.gold_table([*outcomes, *days])]
    steps.console.print(_closing_box(stack, tables))
    if failed := hour_report.failures([*outcomes, *days]):
        raise LocalError("\n".join(failed))


def _land_hours(steps: Steps, stack: Stack, hours: list[Hour]) -> None:
    from opensky_simulator.world import World

    lake, settings = stack.open_lake(), stack.settings
    title = f"{len(hours)} past hours of simulated answers"
    with steps.step(title) as step:
        # The same world as the running simulator's, so that the live polls go on from here.
        world = World(settings.seed, settings.aircraft)
        moments = [s for hour in hours for s in range(hour.start_s, hour.end_s, ANSWER_EVERY_S)]
        new = 0
        for done, moment_s in enumerate(moments, 1):
            fetched_at = datetime.fromtimestamp(moment_s, UTC)
            landed = raw.land(
                lake, world.answer(moment_s), source="simulator", fetched_at=fetched_at
            )
            new += landed.is_new
            step.update(f"{done} of {len(moments)} landed")
        step.outcome = f"{title}: {len(moments)} answers in raw/, {new} of them new"


def _process(steps: Steps, stack: Stack, hours: list[Hour]) -> list[backfill.HourOutcome]:
    judged: list[Hour] = []

    def on_outcome(outcome: backfill.HourOutcome) -> None:
        if outcome.ledger and not judged:
            steps.say(f"[bold]First judged table after {steps.elapsed_s:.0f} s[/]")
        judged.append(outcome.hour)
        verdict = outcome.ledger.verdict if outcome.ledger else "no result"
        steps.say(f"{outcome.hour}: {verdict}")

    with steps.step(f"Airflow backfill of {len(hours)} hours") as step:
        return backfill.process(
            stack,
            hours,
            answers_an_hour=ANSWERS_AN_HOUR,
            on_progress=step.update,
            on_outcome=on_outcome,
        )


def _closing_box(stack: Stack, tables: list[Table]) -> object:
    facts = show.address_rows(stack)
    report = f"{stack.settings.lake_url}/{INDEX_KEY}"
    if stack.settings.lake is LakeKind.FILE:
        report = str(stack.settings.state_dir / "lake" / INDEX_KEY)
    facts.insert(2, ("Report", report))
    next_steps = [
        (
            "Ask who is in trouble, and which two aircraft share one address",
            f'make query SQL="{_QUERY}"',
        ),
        ("See the live polls land, every few seconds", "make logs"),
        ("Stop all of it; what was processed stays", "make down"),
    ]
    return hour_report.closing_box("Flightlake runs", tables, facts, next_steps)
