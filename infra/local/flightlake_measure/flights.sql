-- gold.flights a second time, in DuckDB: the rules of docs/flights.md written in SQL, as a check of
-- the Spark transforms, with which they share nothing. This file numbers and groups islands where
-- Spark looks back and ahead.
--
-- Needs the views states (silver.state_vectors), airports (ref.airports) and runways (ref.runways),
-- and the variable day. Makes the table flights, with the columns of gold.flights.

CREATE OR REPLACE MACRO haversine(a, b) AS
    sin((radians(b.lat) - radians(a.lat)) / 2) * sin((radians(b.lat) - radians(a.lat)) / 2)
    + cos(radians(a.lat)) * cos(radians(b.lat))
    * sin(radians(b.lon - a.lon) / 2) * sin(radians(b.lon - a.lon) / 2);

CREATE OR REPLACE MACRO metres(a, b) AS
    2 * 6371008.8 * asin(sqrt(CASE WHEN haversine(a, b) > 1 THEN 1.0 ELSE haversine(a, b) END));

-- No aircraft flies from one to the other: faster than 1,000 m/s and farther than 20 km.
CREATE OR REPLACE MACRO jumps(a, b) AS coalesce(
    abs(b.at_s - a.at_s) <= 1800
        AND metres(a, b) > greatest(20000.0, 1000.0 * abs(b.at_s - a.at_s)),
    false
);

CREATE OR REPLACE MACRO credible(altitude_m) AS
    CASE WHEN altitude_m BETWEEN -500 AND 18300 THEN altitude_m END;

-- Mean speed between two fixes; null where they are too close in time.
CREATE OR REPLACE MACRO mean_mps(a, b) AS
    CASE WHEN b.at_s - a.at_s BETWEEN 5 AND 900 THEN metres(a, b) / (b.at_s - a.at_s) END;

SET VARIABLE begin_s = epoch(getvariable('day')::DATE)::BIGINT;

-- One row per contact; of several answers that hold it, the latest position counts. A name of one
-- character or of zeros is a placeholder, no callsign.
CREATE OR REPLACE TEMP TABLE contacts AS
SELECT
    icao24, contact_s, is_on_ground, ground_speed_mps, true_track_deg, vertical_rate_mps, source,
    CASE WHEN length(callsign) > 1 AND NOT regexp_matches(callsign, '^0+$') THEN callsign END
        AS callsign,
    coalesce(category = 8, false) AS is_rotorcraft,
    coalesce(position_source < 3, true) AS has_icao_address,
    coalesce(credible(baro_altitude_m), credible(geo_altitude_m)) AS altitude_m,
    -- What heights above a field are taken from: pressure can be 400 m off.
    CASE WHEN credible(baro_altitude_m) IS NULL
        OR abs(credible(geo_altitude_m) - credible(baro_altitude_m)) <= 1000
    THEN credible(geo_altitude_m) END AS geo_altitude_m,
    CASE WHEN latitude_deg IS NOT NULL AND longitude_deg IS NOT NULL
        AND contact_s - position_s <= 60
    THEN {'at_s': position_s, 'lat': latitude_deg, 'lon': longitude_deg} END AS fix
FROM (
    SELECT *, floor(epoch(last_contact))::BIGINT AS contact_s,
        floor(epoch(time_position))::BIGINT AS position_s
    FROM states
    WHERE (
        date BETWEEN getvariable('day')::DATE - 1 AND getvariable('day')::DATE
        OR (date = getvariable('day')::DATE + 1 AND hour = 0)
    ) AND coalesce(category NOT BETWEEN 16 AND 20, true)
)
QUALIFY row_number() OVER (
    PARTITION BY icao24, contact_s ORDER BY position_s DESC NULLS LAST, snapshot_time DESC
) = 1;

-- A fix that more of its four neighbours contradict than support is false. A neighbour with another
-- callsign has no vote: it can be another aircraft with the same address.
CREATE OR REPLACE MACRO contradicts(a, b) AS coalesce(
    abs(b.at_s - a.at_s) <= 1800
        AND 2 * 6371008.8 * sqrt(haversine(a, b)) > greatest(20000.0, 1000.0 * abs(b.at_s - a.at_s)),
    false
);
CREATE OR REPLACE MACRO supports(fix, callsign, other) AS CASE
    WHEN other IS NULL OR coalesce(callsign <> other.callsign, false) THEN 0
    WHEN contradicts(fix, other) THEN -1 ELSE 1
END;

UPDATE contacts SET fix = NULL FROM (
    SELECT icao24, contact_s FROM (
        SELECT icao24, contact_s, callsign, fix,
            lag(fixed, 1) OVER along AS before, lag(fixed, 2) OVER along AS before_that,
            lead(fixed, 1) OVER along AS after, lead(fixed, 2) OVER along AS after_that
        FROM (
            SELECT icao24, contact_s, callsign, fix,
                {'at_s': fix.at_s, 'lat': fix.lat, 'lon': fix.lon, 'callsign': callsign} AS fixed
            FROM contacts WHERE fix IS NOT NULL
        )
        WINDOW along AS (PARTITION BY icao24 ORDER BY contact_s)
    )
    WHERE supports(fix, callsign, before) + supports(fix, callsign, before_that)
        + supports(fix, callsign, after) + supports(fix, callsign, after_that) < 0
) wrong
WHERE contacts.icao24 = wrong.icao24 AND contacts.contact_s = wrong.contact_s;

-- Pieces lie between jumps and long gaps; where one begins or ends by a jump, callsigns tell two
-- aircraft with one address apart.
CREATE OR REPLACE TEMP TABLE threads AS
WITH steps AS (
    SELECT *,
        contact_s - lag(contact_s) OVER (PARTITION BY icao24 ORDER BY contact_s) AS gap_s,
        last_value(fix IGNORE NULLS) OVER (
            PARTITION BY icao24 ORDER BY contact_s
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before
    FROM contacts
),
numbered AS (
    SELECT * EXCLUDE (before), jumps(before, fix) AS is_jump,
        count(*) FILTER (WHERE jumps(before, fix) OR gap_s IS NULL OR gap_s > 1800) OVER (
            PARTITION BY icao24 ORDER BY contact_s
        ) AS piece
    FROM steps
),
pieces AS (
    SELECT icao24, piece, bool_or(is_jump) AS begins_by_jump,
        coalesce(lead(bool_or(is_jump)) OVER (PARTITION BY icao24 ORDER BY piece), false)
            AS ends_by_jump
    FROM numbered GROUP BY icao24, piece
)
SELECT numbered.* EXCLUDE (is_jump, gap_s, piece),
    CASE WHEN begins_by_jump OR ends_by_jump THEN coalesce(
        last_value(callsign IGNORE NULLS) OVER (
            PARTITION BY icao24, piece ORDER BY contact_s
        ),
        first_value(callsign IGNORE NULLS) OVER (
            PARTITION BY icao24, piece ORDER BY contact_s
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ),
        ''
    ) ELSE '' END AS thread
FROM numbered JOIN pieces USING (icao24, piece);

DROP TABLE contacts;

-- What a contact says by itself: on the ground, in the air, or nothing (null). A state without a
-- position is never flagged as on the ground, whatever it does.
CREATE OR REPLACE TEMP TABLE votes AS
WITH neighbours AS (
    SELECT *,
        last_value(fix IGNORE NULLS) OVER (
            PARTITION BY icao24, thread ORDER BY contact_s
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS fix_before,
        first_value(fix IGNORE NULLS) OVER (
            PARTITION BY icao24, thread ORDER BY contact_s
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS fix_after
    FROM threads
),
moved AS (
    SELECT *, mean_mps(fix_before, fix) AS mps_before, mean_mps(fix, fix_after) AS mps_after,
        coalesce(abs(vertical_rate_mps) >= 1.5, false) AS is_vertical
    FROM neighbours
),
speeds AS (
    SELECT *, coalesce(ground_speed_mps, least(mps_before, mps_after)) AS speed_mps FROM moved
)
SELECT * EXCLUDE (fix_before, fix_after, mps_before, mps_after, is_vertical),
    NOT is_on_ground AND coalesce(speed_mps < 3, false) AND NOT is_vertical
        AND coalesce(altitude_m <= 5000, true) AS is_still,
    coalesce(
        is_on_ground AND ground_speed_mps >= 50
        AND round(metres(fix, fix_after)) >= 200 AND mps_after <= 0.7 * ground_speed_mps,
        false
    ) AS is_rolling_out,
    CASE
        WHEN is_on_ground AND mps_before >= 50 AND mps_after >= 50 THEN false
        WHEN is_on_ground AND mps_before IS NULL AND mps_after IS NULL AND speed_mps >= 50 THEN NULL
        WHEN is_on_ground THEN true
        WHEN fix IS NULL AND altitude_m IS NULL AND speed_mps < 25 THEN true
        WHEN fix IS NULL AND altitude_m IS NULL THEN NULL
        WHEN speed_mps >= 25 THEN false
        WHEN altitude_m > 5000 AND speed_mps IS NULL THEN false
        WHEN altitude_m <= 5000 AND is_vertical THEN false
    END AS says_ground
FROM speeds;

DROP TABLE threads;

-- A track is a thread as long as it stays in sight.
CREATE OR REPLACE TEMP TABLE tracks AS
WITH remembered AS (
    SELECT *,
        lag(contact_s) OVER along AS last_s,
        lag(says_ground) OVER along AS ground_before,
        last_value(fix IGNORE NULLS) OVER earlier AS before,
        last_value(callsign IGNORE NULLS) OVER earlier AS callsign_before,
        last_value(ground_speed_mps IGNORE NULLS) OVER earlier AS speed_before,
        last_value(vertical_rate_mps IGNORE NULLS) OVER earlier AS rate_before,
        last_value(CASE WHEN says_ground THEN true ELSE altitude_m < 1500 END IGNORE NULLS)
            OVER earlier AS low_before
    FROM votes
    WINDOW along AS (PARTITION BY icao24, thread ORDER BY contact_s),
        earlier AS (
            PARTITION BY icao24, thread ORDER BY contact_s
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        )
),
silences AS (
    SELECT *, contact_s - last_s AS gap_s,
        coalesce(low_before AND rate_before <= -1, false) AS sank,
        coalesce(altitude_m < 1500 AND vertical_rate_mps >= 1, false) AS climbs
    FROM remembered
),
holes AS (
    -- It flew on through a hole in coverage, as its speed and callsign let expect.
    SELECT *, NOT sank AND NOT climbs AND coalesce(
        gap_s <= 8 * 3600
        AND contact_s < (last_s // 86400 + 1) * 86400 + 3600
        AND NOT coalesce(ground_before, false) AND NOT coalesce(says_ground, false)
        AND callsign = callsign_before
        AND metres(before, fix) / greatest(fix.at_s - before.at_s, 1)
            BETWEEN 0.6 * speed_before AND 1.3 * speed_before,
        false
    ) AS flew_on
    FROM silences
)
SELECT * EXCLUDE (
        last_s, gap_s, ground_before, before, callsign_before, speed_before, rate_before,
        low_before, sank, climbs, flew_on
    ),
    count(*) FILTER (
        WHERE last_s IS NULL
        OR (gap_s > CASE WHEN low_before THEN 900 ELSE 1800 END AND NOT flew_on)
        OR (gap_s > 600 AND sank AND climbs)
        OR (gap_s > 600 AND callsign <> callsign_before)
        OR (thread = '' AND jumps(before, fix))
    ) OVER (PARTITION BY icao24, thread ORDER BY contact_s) AS track
FROM holes;

DROP TABLE votes;

-- Stays on the ground and in the air. An aircraft that has not moved for ten minutes is parked; a
-- contact that says nothing is where the one before it was, else where the next one is.
CREATE OR REPLACE TEMP TABLE stays AS
WITH moves AS (
    SELECT *,
        last_value(CASE WHEN NOT is_still THEN contact_s END IGNORE NULLS) OVER so_far AS moved_s,
        first_value(CASE WHEN NOT is_still THEN contact_s END IGNORE NULLS) OVER from_here
            AS moves_s,
        min(contact_s) OVER whole AS begin_s, max(contact_s) OVER whole AS end_s
    FROM tracks
    WINDOW so_far AS (
            PARTITION BY icao24, thread, track ORDER BY contact_s
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ),
        from_here AS (
            PARTITION BY icao24, thread, track ORDER BY contact_s
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ),
        whole AS (PARTITION BY icao24, thread, track)
),
parked AS (
    SELECT * EXCLUDE (moved_s, moves_s, begin_s, end_s, is_still) REPLACE (
        CASE WHEN is_still AND coalesce(moves_s, end_s) - coalesce(moved_s, begin_s) > 600
        THEN true ELSE says_ground END AS says_ground
    ) FROM moves
),
filled AS (
    SELECT * EXCLUDE (says_ground), coalesce(
        last_value(says_ground IGNORE NULLS) OVER (
            PARTITION BY icao24, thread, track ORDER BY contact_s
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ),
        first_value(says_ground IGNORE NULLS) OVER (
            PARTITION BY icao24, thread, track ORDER BY contact_s
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ),
        coalesce(altitude_m <= 5000, true)
    ) AS is_ground
    FROM parked
),
neighbours AS (
    SELECT *, lag(is_ground) OVER along AND lead(is_ground) OVER along
            AND lead(contact_s) OVER along - lag(contact_s) OVER along <= 180 AS is_stray
    FROM filled WINDOW along AS (PARTITION BY icao24, thread, track ORDER BY contact_s)
),
cleaned AS (
    SELECT * EXCLUDE (is_stray) REPLACE (is_ground OR coalesce(is_stray, false) AS is_ground)
    FROM neighbours
),
changes AS (
    SELECT *, is_ground IS DISTINCT FROM lag(is_ground) OVER (
        PARTITION BY icao24, thread, track ORDER BY contact_s
    ) AS is_change FROM cleaned
)
SELECT * EXCLUDE (is_change), count(*) FILTER (WHERE is_change) OVER (
    PARTITION BY icao24, thread, track ORDER BY contact_s
) AS stay FROM changes;

DROP TABLE tracks;

-- A stop is a stay on the ground that lasts, in which the aircraft taxies, or at an end of the
-- track. A track that begins with a landing roll begins with the end of a flight.
CREATE OR REPLACE TEMP TABLE flown AS
WITH spans AS (
    SELECT icao24, thread, track, stay, min(contact_s) AS stay_begin_s,
        max(contact_s) AS stay_end_s, bool_or(is_ground) AS is_ground,
        bool_or(is_ground AND coalesce(ground_speed_mps < 15, false)) AS is_taxiing,
        stay = 1 AND bool_or(is_ground) AND count(*) > 1 AND arg_min(is_rolling_out, contact_s)
            AS begins_rolling
    FROM stays GROUP BY icao24, thread, track, stay
),
stops AS (
    SELECT * EXCLUDE (is_ground, is_taxiing), is_ground AND (
        stay = 1 OR stay = max(stay) OVER track_of OR stay_end_s - stay_begin_s >= 45 OR is_taxiing
    ) AS is_stop
    FROM spans WINDOW track_of AS (PARTITION BY icao24, thread, track)
),
legs AS (
    SELECT *, count(*) FILTER (WHERE is_stop) OVER (
        PARTITION BY icao24, thread, track ORDER BY stay
    ) AS leg FROM stops
),
parts AS (
    SELECT stays.*, leg, begins_rolling AND contact_s = stay_begin_s AS is_landing_roll, CASE
        WHEN NOT is_stop THEN 'air'
        WHEN (stay > 1 OR begins_rolling) AND contact_s - stay_begin_s <= 900 THEN 'in'
        WHEN stay_end_s - contact_s <= 1800 THEN 'out'
    END AS part
    FROM stays JOIN legs USING (icao24, thread, track, stay)
)
SELECT * EXCLUDE (is_ground, is_on_ground, is_rolling_out)
        REPLACE (leg - (part = 'in')::INT AS leg),
    part = 'air' AND NOT is_ground AS is_airborne
FROM parts WHERE part IS NOT NULL;

DROP TABLE stays;

-- A run lies between jumps. One at the begin or the end of a flight that has less than half of the
-- flight's fixes is false, but where it goes on from the run before the one beside it.
CREATE OR REPLACE TEMP TABLE placed AS
WITH steps AS (
    SELECT *, last_value(fix IGNORE NULLS) OVER (
        PARTITION BY icao24, thread, track, leg ORDER BY contact_s
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS before
    FROM flown
),
jumped AS (
    SELECT *, jumps(before, fix) AS is_jump, count(*) FILTER (jumps(before, fix)) OVER (
        PARTITION BY icao24, thread, track, leg ORDER BY contact_s
    ) AS run
    FROM steps
),
ends_of_runs AS (
    SELECT icao24, thread, track, leg, run, count(fix) AS fixes,
        arg_min(fix, contact_s) FILTER (fix IS NOT NULL) AS first_fix,
        arg_max(fix, contact_s) FILTER (fix IS NOT NULL) AS last_fix
    FROM jumped GROUP BY ALL
),
runs AS (
    SELECT icao24, thread, track, leg, run, fixes,
        max(run) OVER flight AS last_run, sum(fixes) OVER flight AS all_fixes,
        run >= 2 AND NOT jumps(lag(last_fix, 2) OVER along, first_fix) AS goes_on,
        coalesce(NOT jumps(last_fix, lead(first_fix, 2) OVER along)
            AND lead(first_fix, 2) OVER along IS NOT NULL, false) AS is_resumed
    FROM ends_of_runs
    WINDOW flight AS (PARTITION BY icao24, thread, track, leg),
        along AS (PARTITION BY icao24, thread, track, leg ORDER BY run)
),
kept AS (
    SELECT icao24, thread, track, leg, run, NOT (last_run > 0 AND 2 * fixes < all_fixes AND (
        (run = 0 AND NOT is_resumed) OR (run = last_run AND NOT goes_on)
    )) AS is_true FROM runs
)
SELECT * EXCLUDE (before, is_jump, run, is_true)
        REPLACE (CASE WHEN is_true THEN fix END AS fix),
    CASE WHEN is_true AND NOT is_jump THEN metres(before, fix) END AS step_m
FROM jumped JOIN kept USING (icao24, thread, track, leg, run);

DROP TABLE flown;

CREATE OR REPLACE TEMP TABLE summaries AS
WITH rates AS (
    SELECT icao24, contact_s,
        CASE WHEN lead(contact_s) OVER along - contact_s <= 300 THEN
            (lead(altitude_m) OVER along - altitude_m) / (lead(contact_s) OVER along - contact_s)
        END AS climb_mps,
        CASE WHEN contact_s - lag(contact_s) OVER along <= 300 THEN
            (altitude_m - lag(altitude_m) OVER along) / (contact_s - lag(contact_s) OVER along)
        END AS sink_mps
    FROM placed WHERE is_airborne AND altitude_m IS NOT NULL
    WINDOW along AS (PARTITION BY icao24, thread, track, leg ORDER BY contact_s)
),
measured AS (
    SELECT placed.*, rates.icao24 IS NOT NULL AND fix IS NOT NULL AS is_level,
        climb_mps, sink_mps, contact_s - lag(contact_s) OVER along AS gap_s
    FROM placed LEFT JOIN rates USING (icao24, contact_s)
    WINDOW along AS (PARTITION BY icao24, thread, track, leg ORDER BY contact_s)
),
callsigns AS (
    -- That of the time in the air: on the ground it can still be the last flight's.
    SELECT icao24, thread, track, leg, callsign FROM placed WHERE callsign IS NOT NULL
    GROUP BY icao24, thread, track, leg, callsign
    QUALIFY row_number() OVER (
        PARTITION BY icao24, thread, track, leg
        ORDER BY count(*) FILTER (is_airborne) DESC, count(*) DESC, callsign
    ) = 1
),
points AS (
    SELECT *, {
        'contact_s': contact_s, 'lat': fix.lat, 'lon': fix.lon,
        'altitude_m': coalesce(geo_altitude_m, altitude_m),
        'speed_mps': coalesce(speed_mps, 0), 'track_deg': true_track_deg,
        'climb_mps': climb_mps, 'sink_mps': sink_mps, 'rate_mps': vertical_rate_mps
    } AS point FROM measured
)
SELECT icao24, thread, any_value(callsigns.callsign) AS callsign,
    min(contact_s) AS first_seen_s, max(contact_s) AS last_seen_s, count(*) AS states,
    max(gap_s) AS largest_gap_s, max(altitude_m) FILTER (is_airborne) AS max_altitude_m,
    max(speed_mps) FILTER (is_airborne AND speed_mps < 350) AS max_speed_mps,
    bool_or(is_rotorcraft) AS is_rotorcraft, bool_and(has_icao_address) AS has_icao_address,
    sum(round(1000 * step_m)::BIGINT) / 1000 AS flown_m,
    CASE WHEN count(DISTINCT source) = 1 THEN min(source) ELSE 'mixed' END AS source,
    bool_or(fix IS NOT NULL) AS has_fix,
    max(contact_s) FILTER (part = 'out') AS last_out_s,
    min(contact_s) FILTER (is_airborne) AS first_airborne_s,
    max(contact_s) FILTER (is_airborne) AS last_airborne_s,
    min(contact_s) FILTER (part = 'in') AS first_in_s,
    arg_min(fix, contact_s) FILTER (is_airborne AND fix IS NOT NULL) AS first_fix,
    arg_max(fix, contact_s) FILTER (is_airborne AND fix IS NOT NULL) AS last_fix,
    arg_max(point, contact_s) FILTER (part = 'out' AND fix IS NOT NULL) AS first_ground,
    arg_min(point, contact_s) FILTER (part = 'in' AND fix IS NOT NULL) AS last_ground,
    arg_min(point, contact_s) FILTER (is_level) AS first_air,
    arg_max(point, contact_s) FILTER (is_level) AS last_air
FROM points LEFT JOIN callsigns USING (icao24, thread, track, leg)
GROUP BY icao24, thread, track, leg
HAVING max(contact_s) >= getvariable('begin_s') - 12 * 3600
    AND (bool_or(is_landing_roll) OR count(*) FILTER (is_airborne) > 0)
    AND max(contact_s) - min(contact_s) >= 60;

DROP TABLE placed;

-- Where aircraft touch the ground: open runways, or the reference point of a field without one.
CREATE OR REPLACE TEMP TABLE strips AS
WITH placed_runways AS (
    SELECT * FROM runways WHERE NOT coalesce(is_closed, false)
        AND low_latitude_deg IS NOT NULL AND low_longitude_deg IS NOT NULL
        AND high_latitude_deg IS NOT NULL AND high_longitude_deg IS NOT NULL
)
SELECT airport, elevation_m, length_m,
    CASE WHEN type IN ('heliport', 'seaplane_base', 'balloonport') THEN 'other'
        WHEN type IN ('large_airport', 'medium_airport') OR iata IS NOT NULL
            OR has_scheduled_service THEN 'main'
        ELSE 'field' END AS kind,
    {'lat': coalesce(low_latitude_deg, latitude_deg),
        'lon': coalesce(low_longitude_deg, longitude_deg)} AS low,
    {'lat': coalesce(high_latitude_deg, latitude_deg),
        'lon': coalesce(high_longitude_deg, longitude_deg)} AS high
FROM airports LEFT JOIN placed_runways USING (airport)
WHERE type IS DISTINCT FROM 'closed';

-- On a plane that touches the earth at a place: exact to some metres at the distance of a runway.
CREATE OR REPLACE MACRO turned(deg) AS deg - 360 * round(deg / 360);
CREATE OR REPLACE MACRO east_m(place, here) AS
    turned(place.lon - here.lon) * cos(radians(here.lat)) * radians(6371008.8);
CREATE OR REPLACE MACRO north_m(place, here) AS (place.lat - here.lat) * radians(6371008.8);
CREATE OR REPLACE MACRO along(x, y, dx, dy) AS
    CASE WHEN dx = 0 AND dy = 0 THEN 0.0
    ELSE least(greatest(-(x * dx + y * dy) / (dx * dx + dy * dy), 0.0), 1.0) END;
CREATE OR REPLACE MACRO to_line_m(x, y, dx, dy) AS sqrt(
    (x + along(x, y, dx, dy) * dx) * (x + along(x, y, dx, dy) * dx)
    + (y + along(x, y, dx, dy) * dy) * (y + along(x, y, dx, dy) * dy)
);
CREATE OR REPLACE MACRO strip_m(here, low, high) AS round(to_line_m(
    east_m(low, here), north_m(low, here),
    turned(high.lon - low.lon) * cos(radians(here.lat)) * radians(6371008.8),
    north_m(high, here) - north_m(low, here)
));
CREATE OR REPLACE MACRO middle(low, high) AS {
    'lat': (low.lat + high.lat) / 2, 'lon': low.lon + turned(high.lon - low.lon) / 2
};

-- Both ends of a flight alike: a departure is an arrival flown backwards.
CREATE OR REPLACE TEMP TABLE fits AS
WITH points AS (
    SELECT icao24, thread, first_seen_s, max_speed_mps, is_rotorcraft, 'departure' AS kind,
        first_ground AS ground, first_air AS air, 1 AS away,
        last_airborne_s - first_air.contact_s AS more_s FROM summaries
    UNION ALL
    SELECT icao24, thread, first_seen_s, max_speed_mps, is_rotorcraft, 'arrival',
        last_ground, last_air, -1, NULL FROM summaries
),
ends AS (
    SELECT *, ground IS NOT NULL AS is_on_ground, coalesce(ground, air) AS point,
        away * CASE kind WHEN 'departure' THEN air.climb_mps ELSE air.sink_mps END AS mean_mps,
        away * air.rate_mps AS said_mps,
        air.track_deg + CASE kind WHEN 'departure' THEN 180 ELSE 0 END AS towards_deg
    FROM points
),
rated AS (
    SELECT *, least(mean_mps, said_mps) AS slow_mps, greatest(mean_mps, said_mps) AS fast_mps
    FROM ends
),
near AS (
    SELECT rated.*, airport, strips.kind AS field, low, high, length_m,
        strip_m(point, low, high) AS far_m, point.altitude_m - elevation_m AS height_m
    FROM rated JOIN strips ON low.lat BETWEEN point.lat - 0.8 AND point.lat + 0.8
    WHERE far_m <= CASE WHEN is_on_ground THEN 6000 ELSE 80000 END
        AND coalesce(length_m >= CASE
            WHEN max_speed_mps >= 150 THEN 1200
            WHEN max_speed_mps >= 110 THEN 900
            WHEN max_speed_mps >= 80 THEN 600 END, true)
        AND (strips.kind <> 'other' OR is_rotorcraft
            OR (coalesce(max_speed_mps < 80, true) AND far_m <= 1000))
),
ways AS (
    SELECT *,
        NOT is_on_ground AND coalesce(
            point.speed_mps < 25 AND abs(height_m) <= 150 AND far_m <= 3000, false) AS is_at_field,
        CASE WHEN NOT is_on_ground THEN greatest(height_m, 0)
            / greatest(coalesce(fast_mps, 0), CASE WHEN height_m <= 1000 THEN 3 ELSE 1 END)
        END AS reach_s,
        cos(atan2(east_m(middle(low, high), point), north_m(middle(low, high), point))
            - radians(towards_deg)) AS heading
    FROM near
),
fitting AS (
    SELECT *, CASE
            WHEN is_on_ground OR is_at_field
            THEN far_m + CASE WHEN field = 'other' AND NOT is_rotorcraft THEN 9000 ELSE 0 END
            ELSE CASE kind WHEN 'departure' THEN far_m / 2 ELSE
                    far_m / 2 * (2 - coalesce(heading, 0.5))
                    + greatest(0.5 * point.speed_mps * reach_s - far_m, 0)
                END
                + CASE field WHEN 'main' THEN 0 WHEN 'other' THEN 9000
                    ELSE CASE WHEN length_m IS NULL AND max_speed_mps >= 80 THEN 6000 ELSE 3000 END
                END
        END AS misfit_m
    FROM ways
    WHERE is_on_ground OR is_at_field OR (
        height_m BETWEEN -300 AND 4500
        AND far_m <= 1.25 * point.speed_mps * reach_s + 6000
        AND (far_m <= 10000 OR coalesce(heading >= -0.17, true))
        AND (slow_mps >= 1 OR (height_m <= 1000 AND slow_mps > -1
            AND (fast_mps >= 1 OR coalesce(more_s >= 300, false))))
    )
),
by_airport AS (
    SELECT icao24, thread, first_seen_s, kind, airport, min(misfit_m) AS misfit_m, arg_min({
            'airport': airport, 'distance_m': far_m,
            'height_m': CASE WHEN is_on_ground THEN 0 ELSE round(height_m) END,
            'reach_s': reach_s, 'is_sure': is_on_ground OR is_at_field,
            'lat': middle(low, high).lat, 'lon': middle(low, high).lon,
            'is_level': coalesce(fast_mps < 1, true)
        }, (misfit_m, far_m, middle(low, high).lat, middle(low, high).lon)) AS best
    FROM fitting GROUP BY ALL
),
ranked AS (
    SELECT *, count(*) OVER of_end AS candidates,
        lead(misfit_m) OVER (
            PARTITION BY icao24, thread, first_seen_s, kind ORDER BY misfit_m, airport
        ) AS next_misfit_m
    FROM by_airport WINDOW of_end AS (PARTITION BY icao24, thread, first_seen_s, kind)
    QUALIFY row_number() OVER (
        PARTITION BY icao24, thread, first_seen_s, kind ORDER BY misfit_m, airport
    ) = 1
)
-- Where two fit nearly alike, nobody can tell.
SELECT icao24, thread, first_seen_s, kind, candidates, CASE
    WHEN best.is_sure OR next_misfit_m IS NULL THEN best
    WHEN next_misfit_m > CASE WHEN kind = 'departure' AND best.is_level
        THEN 2 * misfit_m + 2000 ELSE 1.5 * misfit_m + 1000 END THEN best
END AS best
FROM ranked;

-- An aircraft departs from where it has landed. What one flight shows fills an end that the other
-- leaves open, or corrects one that was only seen from the air.
CREATE OR REPLACE MACRO is_inferred(own, other, gap_s, far_m) AS coalesce(
    (own IS NULL OR (NOT own.is_sure AND other.is_sure AND own.airport <> other.airport))
    AND gap_s BETWEEN 0 AND 12 * 3600
    AND far_m <= CASE WHEN own IS NULL THEN 150000 ELSE 40000 END,
    false
);

CREATE OR REPLACE TEMP TABLE ended AS
WITH observed AS (
    SELECT s.*, s.first_seen_s < getvariable('begin_s') - 86400 + 1800 AS is_cut,
        CASE WHEN NOT is_cut THEN d.best END AS seen_departure, a.best AS seen_arrival,
        coalesce(d.candidates, 0) AS departures, coalesce(a.candidates, 0) AS arrivals,
        coalesce(first_ground, first_air) AS first_point, coalesce(last_ground, last_air) AS last_point
    FROM summaries s
    LEFT JOIN fits d ON d.kind = 'departure' AND d.icao24 = s.icao24 AND d.thread = s.thread
        AND d.first_seen_s = s.first_seen_s
    LEFT JOIN fits a ON a.kind = 'arrival' AND a.icao24 = s.icao24 AND a.thread = s.thread
        AND a.first_seen_s = s.first_seen_s
),
neighbours AS (
    SELECT *,
        lag(seen_arrival) OVER along AS arrival_before,
        first_seen_s - lag(last_seen_s) OVER along AS gap_before_s,
        lead(seen_departure) OVER along AS departure_after,
        lead(first_seen_s) OVER along - last_seen_s AS gap_after_s
    FROM observed WINDOW along AS (PARTITION BY icao24, thread ORDER BY first_seen_s)
),
inferred AS (
    SELECT *,
        NOT is_cut AND is_inferred(seen_departure, arrival_before, gap_before_s,
            round(metres(first_point, arrival_before))) AS departure_is_inferred,
        is_inferred(seen_arrival, departure_after, gap_after_s,
            round(metres(last_point, departure_after))) AS arrival_is_inferred
    FROM neighbours
)
SELECT *,
    CASE WHEN departure_is_inferred THEN {
        'airport': arrival_before.airport,
        'distance_m': round(metres(first_point, arrival_before)), 'height_m': NULL, 'reach_s': NULL
    } ELSE {
        'airport': seen_departure.airport, 'distance_m': seen_departure.distance_m,
        'height_m': seen_departure.height_m, 'reach_s': seen_departure.reach_s
    } END AS departure,
    CASE WHEN arrival_is_inferred THEN {
        'airport': departure_after.airport,
        'distance_m': round(metres(last_point, departure_after)), 'height_m': NULL, 'reach_s': NULL
    } ELSE {
        'airport': seen_arrival.airport, 'distance_m': seen_arrival.distance_m,
        'height_m': seen_arrival.height_m, 'reach_s': seen_arrival.reach_s
    } END AS arrival
FROM inferred
WHERE coalesce(last_airborne_s, last_seen_s)
    BETWEEN getvariable('begin_s') AND getvariable('begin_s') + 86399;

-- The estimate, kept between the last contact on one side of it and the first on the other. A way
-- to the runway of more than five minutes was not covered.
CREATE OR REPLACE MACRO known_moment(before_s, after_s, estimate_s) AS coalesce(
    estimate_s, CASE WHEN after_s - before_s <= 600 THEN (before_s + after_s) / 2 END
);

CREATE OR REPLACE MACRO moment(before_s, after_s, estimate_s) AS
    CASE WHEN known_moment(before_s, after_s, estimate_s) IS NOT NULL THEN floor(0.5 + least(
        greatest(known_moment(before_s, after_s, estimate_s), before_s), after_s
    ))::BIGINT END;

CREATE OR REPLACE MACRO covered(reach_s) AS CASE WHEN reach_s <= 300 THEN reach_s END;

CREATE OR REPLACE MACRO reason(airport, is_cut, has_fix, ground, air, fits, too_high) AS CASE
    WHEN airport IS NOT NULL THEN NULL
    WHEN is_cut THEN 'look_back_exceeded'
    WHEN NOT has_fix THEN 'no_position'
    WHEN ground IS NULL AND air IS NULL THEN 'no_altitude'
    WHEN fits > 0 THEN 'several_airports_fit'
    WHEN ground IS NULL AND air.altitude_m > 4500 THEN too_high
    ELSE 'no_airport_near'
END;

CREATE OR REPLACE TABLE flights AS
WITH estimated AS (
    SELECT *,
        moment(last_out_s, first_airborne_s, first_air.contact_s - covered(departure.reach_s))
            AS off_s,
        moment(last_airborne_s, first_in_s, last_air.contact_s + covered(arrival.reach_s)) AS on_s
    FROM ended
),
timed AS (
    -- A flight of a single moment has neither time.
    SELECT * REPLACE (
        CASE WHEN off_s >= on_s THEN NULL ELSE off_s END AS off_s,
        CASE WHEN off_s >= on_s THEN NULL ELSE on_s END AS on_s
    ) FROM estimated
)
SELECT
    icao24 || '-' || first_seen_s AS flight_id,
    icao24,
    has_icao_address,
    callsign,
    nullif(regexp_extract(callsign, '^([A-Z]{3})[0-9][0-9A-Z]{0,4}$', 1), '') AS airline_icao,
    to_timestamp(first_seen_s) AS first_seen,
    to_timestamp(last_seen_s) AS last_seen,
    to_timestamp(off_s) AS take_off_time,
    to_timestamp(on_s) AS landing_time,
    departure.airport AS departure_airport,
    departure.distance_m AS departure_distance_m,
    departure.height_m AS departure_height_m,
    departures AS departure_candidates,
    CASE WHEN departure_is_inferred THEN 'flight_before' END AS departure_inferred_from,
    reason(departure.airport, is_cut, has_fix, first_ground, first_air, departures,
        'first_seen_too_high') AS departure_unknown_reason,
    arrival.airport AS arrival_airport,
    arrival.distance_m AS arrival_distance_m,
    arrival.height_m AS arrival_height_m,
    arrivals AS arrival_candidates,
    CASE WHEN arrival_is_inferred THEN 'flight_after' END AS arrival_inferred_from,
    reason(arrival.airport, false, has_fix, last_ground, last_air, arrivals, 'last_seen_too_high')
        AS arrival_unknown_reason,
    round(metres(first_fix, last_fix)) AS great_circle_distance_m,
    round(flown_m) AS flown_distance_m,
    last_seen_s - first_seen_s AS duration_s,
    greatest(coalesce(on_s, last_airborne_s) - coalesce(off_s, first_airborne_s), 0) AS airborne_s,
    max_altitude_m,
    states,
    largest_gap_s,
    off_s IS NOT NULL AND on_s IS NOT NULL AS is_complete,
    source,
    getvariable('day')::DATE AS date
FROM timed;
