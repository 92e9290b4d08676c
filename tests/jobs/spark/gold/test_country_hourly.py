"""gold.country_hourly: every aircraft counts once, for the state that its address belongs to."""

from __future__ import annotations

from flightlake.transforms.gold.country_hourly import derive


def block(first, last, code, country):
    return {
        "first_icao24": first,
        "last_icao24": last,
        "country_code": code,
        "country": country,
    }


def test_an_aircraft_counts_for_the_state_of_its_address_block(
    states, rows_of, hour, on_ground, surface_objects
):
    blocks = [
        block("3c0000", "3fffff", "DE", "Germany"),
        block("201000", "2013ff", "NA", "Namibia"),
        block("400000", "43ffff", "GB", "United Kingdom"),
        # Within the block before, and a second one of its state.
        block("43c000", "43cfff", "DE", "Germany"),
    ]
    seen = states(
        {"icao24": "3c0000"},
        on_ground | {"icao24": "3c0000", "at_s": 690},
        on_ground | {"icao24": "3fffff"},
        {"icao24": "43c001"},
        {"icao24": "43bfff"},
        {"icao24": "2013ff"},
        {"icao24": "400000", "at_s": 3600},
        {"icao24": "000000"},
        # A FLARM device whose own address lies in the German block.
        {"icao24": "3f0000", "position_source": 3},
        *surface_objects,
    )
    sources = {"silver.state_vectors": seen, "ref.countries": rows_of("ref.countries", blocks)}
    names = ("country_code", "country", "aircraft", "airborne_aircraft", "states")
    assert {tuple(row[name] for name in names) for row in derive(sources, hour).collect()} == {
        ("DE", "Germany", 3, 2, 4),
        ("GB", "United Kingdom", 1, 1, 1),
        ("NA", "Namibia", 1, 1, 1),
        ("ZZ", "Unknown", 2, 2, 2),
    }
