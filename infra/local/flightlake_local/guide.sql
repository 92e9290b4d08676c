-- ## How much is there, and where did every row go?
-- Each hour balances: rows read = published + withheld + quarantined + repeats.
SELECT date, hour, rows_read, rows_published, rows_quarantined, rows_repeated, verdict
FROM ops.run_ledger
ORDER BY date, hour;

-- ## Where does it fly?
-- An aircraft that crosses regions counts once in each, and once in the world: `world` is no
-- region, so never add it to the others. `unknown` has the aircraft without a position.
-- Airborne is who proves it by speed, altitude or vertical rate; vehicles and masts are left out.
SELECT region, max(aircraft) AS aircraft_an_hour, max(airborne_aircraft) AS airborne
FROM gold.traffic_hourly
GROUP BY region
ORDER BY aircraft_an_hour DESC, region;

-- ## Which airports are the busiest?
SELECT airport, name, sum(departures) AS departures, sum(arrivals) AS arrivals
FROM gold.airport_hourly JOIN ref.airports USING (airport)
GROUP BY airport, name
ORDER BY sum(departures) + sum(arrivals) DESC, airport
LIMIT 10;

-- ## Which routes are flown the most?
-- Routes of flights whose both airports are known; with an hour of data that is the short ones.
SELECT departure_airport AS departure, arrival_airport AS arrival, flights, aircraft,
       great_circle_distance_nmi AS shortest_nmi, median_airborne_min AS minutes
FROM gold.route_daily_readable
WHERE departure_airport <> arrival_airport
ORDER BY flights DESC, shortest_nmi DESC, departure, arrival
LIMIT 8;

-- ## Which airlines fly the most?
SELECT airline_icao, airline, flights, aircraft, airports, round(flight_hours, 1) AS flight_hours
FROM gold.airline_daily
ORDER BY flights DESC, airline_icao
LIMIT 8;

-- ## How many flights are there, and how many are seen from take-off to landing?
-- An hour sees the whole of short flights only: most began before it or end after it.
SELECT count(*) AS flights, count(take_off_time) AS with_take_off,
       count(landing_time) AS with_landing, count(*) FILTER (is_complete) AS complete,
       round(median(duration_s) / 60) AS median_minutes
FROM gold.flights;

-- ## Why does a flight have no airport of departure?
-- An airport that is not known is null and has a reason, rather than a guess.
SELECT departure_unknown_reason, count(*) AS flights
FROM gold.flights
WHERE departure_airport IS NULL
GROUP BY departure_unknown_reason
ORDER BY flights DESC, departure_unknown_reason;

-- ## Which complete flights went the farthest?
-- Take-off and landing are estimated from speed and height near the airport, so they may be some
-- minutes before the first answer or after the last.
SELECT callsign, departure_airport AS departure, arrival_airport AS arrival,
       strftime(take_off_time, '%H:%M') AS take_off, strftime(landing_time, '%H:%M') AS landing,
       flown_distance_nmi AS flown_nmi, max_altitude_ft AS highest_ft
FROM gold.flights_readable
WHERE is_complete
ORDER BY flown_distance_nmi DESC, flight_id
LIMIT 6;

-- ## What was out of the ordinary?
-- Emergency squawks, shared addresses, jumps, rapid descents, interference, volumes: `event_type`.
SELECT strftime(started_at, '%H:%M') AS began, region, states, description
FROM gold.events_readable
ORDER BY started_at, description;

-- ## How high and how fast is it in each phase of flight?
SELECT flight_phase, count(*) AS states, round(median(baro_altitude_m) / 0.3048, -2) AS median_ft,
       round(median(ground_speed_mps) * 3600 / 1852) AS median_kt,
       round(median(vertical_rate_mps) * 60 / 0.3048, -1) AS median_ft_per_min
FROM silver.state_vectors
GROUP BY flight_phase
ORDER BY states DESC, flight_phase;

-- ## How far can the positions be trusted?
-- OpenSky repeats a position for minutes after it was received: `is_fresh` is at most 15 s. Repeats
-- of a whole state are not in silver, so these shares are better than those of the responses.
SELECT CASE WHEN position_age_s IS NULL THEN 'no position'
            WHEN position_age_s <= 15 THEN 'fresh, up to 15 s'
            WHEN position_age_s <= 60 THEN '16 to 60 s'
            ELSE 'older than 60 s' END AS age,
       count(*) AS states, round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS percent
FROM silver.state_vectors
GROUP BY age
ORDER BY states DESC, age;

-- ## Where is the sky the fullest?
-- Cells of H3, resolution 4: any map that knows H3 draws them.
SELECT h3_cell, round(latitude_deg, 1) AS latitude_deg, round(longitude_deg, 1) AS longitude_deg,
       max(aircraft) AS aircraft_an_hour
FROM gold.traffic_density
GROUP BY h3_cell, latitude_deg, longitude_deg
ORDER BY aircraft_an_hour DESC, h3_cell
LIMIT 6;

-- ## From which countries are the aircraft?
-- By the block of the 24-bit address: the state of registry, not where the flight comes from.
SELECT country, max(aircraft) AS aircraft_an_hour
FROM gold.country_hourly
GROUP BY country
ORDER BY aircraft_an_hour DESC, country
LIMIT 8;

-- ## Which flights were flown under one address?
-- Here one that two aircraft share, an event above: a flight of each, never one from here to there.
SELECT icao24, callsign, departure_airport AS departure, arrival_airport AS arrival,
       strftime(first_seen, '%H:%M') AS first_seen, strftime(last_seen, '%H:%M') AS last_seen,
       flown_distance_nmi AS flown_nmi, is_complete
FROM gold.flights_readable AS f
WHERE icao24 = (SELECT min(icao24) FROM gold.events WHERE event_type = 'identity_conflict')
ORDER BY f.first_seen;

-- ## How many aircraft did each response hold?
-- Those that are new in it are in silver, the others are repeats of the response before.
SELECT strftime(snapshot_time, '%H:%M:%S') AS response, states AS aircraft, count(s.icao24) AS new
FROM ops.api_credits LEFT JOIN silver.state_vectors AS s USING (snapshot_time)
GROUP BY snapshot_time, states
ORDER BY snapshot_time
LIMIT 5;

-- ## Which values are impossible, and which rows are quarantined?
-- An impossible value is null and its row stays; a row is quarantined where its aircraft, times or
-- position cannot be true.
SELECT 'nulled' AS outcome, unnest(nulled_columns) AS what, count(*) AS rows
FROM silver.state_vectors
GROUP BY what
UNION ALL
SELECT 'quarantined', unnest(reasons) AS reason, count(*)
FROM silver.quarantine
GROUP BY reason
ORDER BY outcome, rows DESC, what;

-- ## What was asked of each table, and was it met?
-- Where `unmet` is not 0, `expectation_id`, `expected` and `observed` say what and why.
SELECT table_name, count(DISTINCT expectation_id) AS expectations,
       count(*) FILTER (NOT is_met) AS unmet, min(score) AS lowest_score
FROM ops.quality_results
GROUP BY table_name
ORDER BY table_name;

-- ## What did the answers cost, and what is left of the day's credits?
SELECT hour, count(*) AS answers, sum(states) AS states, sum(credits_spent) AS credits,
       min(credits_left) AS credits_left
FROM ops.api_credits
GROUP BY hour
ORDER BY hour;
