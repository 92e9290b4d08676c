"""One thing is broken in a good hour, and exactly the expectations that watch it must say so."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flightlake.contracts.hours import Hour
from flightlake.quality.judge import judge
from flightlake.quality.suites import load_suite, suite_parameters

Row = dict[str, Any]

TABLE = "silver.state_vectors"
SUITE = load_suite(TABLE)
SEVERITIES = {entry["meta"]["name"]: entry["severity"] for entry in SUITE["expectations"]}


def _one(**values: Any) -> Callable[[list[Row]], None]:
    """Change one airborne row."""
    return lambda rows: rows[5].update(values)


def _some(share: float, **values: Any) -> Callable[[list[Row]], None]:
    """Change a share of the airborne rows."""

    def change(rows: list[Row]) -> None:
        airborne = [row for row in rows if not row["is_on_ground"]]
        for row in airborne[: int(share * len(rows))]:
            row.update(values)

    return change


def _ground(**values: Any) -> Callable[[list[Row]], None]:
    """Change every second row on the ground."""

    def change(rows: list[Row]) -> None:
        for row in [row for row in rows if row["is_on_ground"]][::2]:
            row.update(values)

    return change


def _aged(share: float, moment: str, age: str, age_s: int) -> Callable[[list[Row]], None]:
    """Make a share of the rows old, consistently."""

    def change(rows: list[Row]) -> None:
        for row in rows[: int(share * len(rows))]:
            row[moment] = row["snapshot_time"] - timedelta(seconds=age_s)
            row[age] = age_s
            row["is_fresh"] = row["position_age_s"] <= 15

    return change


def _repeat_a_row(rows: list[Row]) -> None:
    rows.append(dict(rows[5]))


def _move_a_row_out_of_the_hour(rows: list[Row]) -> None:
    for name in ("snapshot_time", "time_position", "last_contact"):
        rows[5][name] += timedelta(hours=1)
    rows[5]["hour"] += 1


BROKEN_ROWS: dict[str, Callable[[list[Row]], None]] = {
    "icao24_is_known": _one(icao24=None),
    "snapshot_time_is_known": _one(
        snapshot_time=None, date=None, hour=None, position_age_s=0, contact_age_s=0
    ),
    "last_contact_is_known": _one(last_contact=None),
    "is_on_ground_is_known": _one(is_on_ground=None),
    "raw_object_is_known": _one(raw_object=None),
    "region_is_known": _one(region=None),
    "origin_country_is_known": _some(0.05, origin_country=None),
    "position_is_known": _some(0.1, latitude_deg=None, longitude_deg=None, region="unknown"),
    "callsign_is_known": _some(0.15, callsign=None),
    "ground_speed_is_known": _some(0.05, ground_speed_mps=None),
    "airborne_altitude_is_known": _some(0.1, baro_altitude_m=None),
    "squawk_is_known": _some(0.8, squawk=None),
    "keys_are_unique": _repeat_a_row,
    "snapshot_time_is_in_the_hour": _move_a_row_out_of_the_hour,
    "partitions_agree_with_times": _one(hour=3),
    "ages_agree_with_times": _one(position_age_s=9),
    "region_agrees_with_position": _one(region="unknown"),
    "ground_phase_agrees_with_flag": _ground(flight_phase="cruise"),
    "icao24_is_six_hex_digits": _one(icao24="ABCDEF"),
    "latitude_is_on_the_globe": _one(latitude_deg=91.0),
    "longitude_is_on_the_globe": _one(longitude_deg=-180.1),
    "true_track_is_on_the_compass": _one(true_track_deg=-150.0),
    "region_is_configured": _one(region="atlantis"),
    "flight_phase_is_known": _one(flight_phase="hover"),
    "callsign_is_one_to_eight_long": _one(callsign=""),
    "squawk_is_four_octal_digits": _one(squawk="236"),
    "position_source_is_documented": _some(0.05, position_source=7),
    "category_is_documented": _some(0.05, category=99),
    "baro_altitude_is_usual": _some(0.05, baro_altitude_m=25_000.0),
    "geo_altitude_is_usual": _some(0.05, geo_altitude_m=-960.0),
    "ground_speed_is_usual": _some(0.05, ground_speed_mps=550.0),
    "vertical_rate_is_usual": _some(0.05, vertical_rate_mps=-80.0),
    "ground_traffic_is_slow": _ground(ground_speed_mps=200.0),
    "positions_are_fresh": _aged(0.4, "time_position", "position_age_s", 40),
    "positions_are_not_ancient": _aged(0.05, "time_position", "position_age_s", 900),
    "contacts_are_recent": _aged(0.3, "last_contact", "contact_age_s", 100),
    "contacts_are_within_validity": _aged(0.05, "last_contact", "contact_age_s", 400),
}

# An expectation about the run, the argument of suite_parameters that breaks it, and what else must
# then be unmet: a collapse is also unusual.
BROKEN_RUNS: list[tuple[str, Row, set[str]]] = [
    ("hour_is_covered", {"answers_expected": 40}, set()),
    ("answers_are_readable", {"answers_quarantined": 1}, set()),
    ("volume_is_usual", {"rows_per_answer_before": 130.0}, set()),
    ("volume_is_usual", {"rows_per_answer_before": 20.0}, set()),
    ("volume_has_not_collapsed", {"rows_per_answer_before": 6_000.0}, {"volume_is_usual"}),
    ("few_rows_are_quarantined", {"rows_quarantined": 6}, set()),
    ("few_values_are_impossible", {"rows_nulled": 6}, set()),
    ("most_rows_are_whole", {"rows_nulled": 60}, {"few_values_are_impossible"}),
    ("most_rows_are_good", {"rows_quarantined": 100}, {"few_rows_are_quarantined"}),
]


def _unmet(judgement) -> set[str]:
    assert all(result.exception is None for result in judgement.results)
    return {result.expectation_id for result in judgement.failed}


def _verdict(*names: str) -> str:
    return "rejected" if "critical" in {SEVERITIES[name] for name in names} else "warning"


def test_a_good_hour_passes(frame, good_rows, good_parameters):
    judgement = judge(frame(good_rows), TABLE, good_parameters)

    assert _unmet(judgement) == set()
    assert judgement.verdict == "pass"
    assert judgement.dimension_scores == dict.fromkeys(judgement.dimension_scores, 100.0)


def test_every_expectation_of_the_suite_is_broken_by_a_test_here():
    broken = {*BROKEN_ROWS, *(name for name, _, _ in BROKEN_RUNS), "required_columns_exist"}
    assert broken == set(SEVERITIES)


def test_a_missing_column_is_named(frame, good_rows, good_parameters):
    judgement = judge(frame(good_rows).drop("source"), TABLE, good_parameters)

    assert _unmet(judgement) == {"required_columns_exist"}
    assert judgement.failed[0].observed == "missing: source"
    assert judgement.verdict == "rejected"


@pytest.mark.parametrize("name", BROKEN_ROWS)
def test_broken_rows_are_noticed_and_shown(name, frame, good_rows, good_parameters):
    BROKEN_ROWS[name](good_rows)

    judgement = judge(frame(good_rows), TABLE, good_parameters)

    assert _unmet(judgement) == {name}
    (result,) = judgement.failed
    assert judgement.verdict == _verdict(name)
    assert 0 < result.unexpected_rows < len(good_rows)
    assert 0 <= result.score < 100
    assert 1 <= len(result.sample_rows) <= 5
    assert all({"icao24", "snapshot_time"} <= sample.keys() for sample in result.sample_rows)


@pytest.mark.parametrize(("name", "changed", "also"), BROKEN_RUNS)
def test_a_broken_run_is_noticed(name, changed, also, frame, good_rows):
    parameters = suite_parameters(
        Hour.parse("2025-12-28T02"),
        **{
            "regions": ["europe"],
            "rows_quarantined": 0,
            "rows_nulled": 0,
            "answers_read": 4,
            "answers_expected": 4,
            "answers_quarantined": 0,
            "rows_per_answer_before": None,
        }
        | changed,
    )

    judgement = judge(frame(good_rows), TABLE, parameters)

    assert _unmet(judgement) == {name} | also
    assert judgement.verdict == _verdict(name, *also)


def test_an_hour_without_rows_is_rejected_where_the_hours_before_had_some(frame, good_parameters):
    judgement = judge(frame([]), TABLE, good_parameters)

    assert _unmet(judgement) == {"volume_has_not_collapsed", "volume_is_usual", "hour_is_covered"}
    assert judgement.verdict == "rejected"


def test_an_hour_without_rows_and_without_hours_before_is_a_quiet_sky_and_a_warning(
    frame, good_parameters
):
    alone = good_parameters | {"rows_usual_at_least": 0, "rows_usual_at_most": 1e12}

    judgement = judge(frame([]), TABLE, alone)

    assert _unmet(judgement) == {"volume_is_usual", "hour_is_covered"}
    assert judgement.verdict == "warning"
