-- gold.flights once more, in DuckDB: the rules of docs/flights.md written a second time, to be held
-- against the Spark transforms, with which it shares nothing. Islands are numbered and grouped
-- here where Spark looks back and ahead.
--
-- Needs the views states (silver.state_vectors), airports (ref.airports) and runways (ref.runways),
-- and the variable day.
-- Makes the table flights, with the columns of gold.flights.

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

-- Where one comes to who follows a track from a place.
CREATE OR REPLACE MACRO sine_reached(a, track_deg, arc) AS
    sin(radians(a.lat)) * cos(arc) + cos(radians(a.lat)) * sin(arc) * cos(radians(track_deg));

CREATE OR REPLACE MACRO reached(a, track_deg, arc) AS {
    'lat': degrees(asin(sine_reached(a, track_deg, arc))),
    'lon': a.lon + degrees(atan2(
        sin(radians(track_deg)) * sin(arc) * cos(radians(a.lat)),
        cos(arc) - sin(radians(a.lat)) * sine_reached(a, track_deg, arc)
    ))
};

SET VARIABLE begin_s = epoch(getvariable('day')::DATE)::BIGINT;

-- One row a contact; of several answers that hold it, the latest position counts.
CREATE OR REPLACE TEMP TABLE contacts AS
SELECT
    icao24, contact_s, callsign, is_on_ground, ground_speed_mps, true_track_deg, vertical_rate_mps,
    source,
    coalesce(credible(baro_altitude_m), credible(geo_altitude_m)) AS altitude_m,
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

-- A position that its neighbours agree without is none.
CREATE OR REPLACE TEMP TABLE outliers AS
WITH fixes AS (
    SELECT icao24, contact_s, callsign, fix,
        last_value(callsign IGNORE NULLS) OVER (
            PARTITION BY icao24 ORDER BY contact_s
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS callsign_before
    FROM contacts
),
between_two AS (
    SELECT *, lag(fix) OVER along AS before, lead(fix) OVER along AS after
    FROM fixes WHERE fix IS NOT NULL
    WINDOW along AS (PARTITION BY icao24 ORDER BY contact_s)
)
SELECT icao24, contact_s FROM between_two
WHERE jumps(before, fix) AND jumps(fix, after) AND NOT jumps(before, after)
    AND coalesce(callsign = callsign_before, true);

UPDATE contacts SET fix = NULL FROM outliers o
WHERE contacts.icao24 = o.icao24 AND contacts.contact_s = o.contact_s;

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
    ) ELSE '' END AS thread,
    is_on_ground AND coalesce(ground_speed_mps, 0) < 50 AS is_ground
FROM numbered JOIN pieces USING (icao24, piece);

DROP TABLE contacts;

-- A track is a thread as long as it stays in sight.
CREATE OR REPLACE TEMP TABLE tracks AS
WITH remembered AS (
    SELECT *,
        lag(contact_s) OVER along AS last_s,
        lag(is_ground) OVER along AS ground_before,
        last_value(fix IGNORE NULLS) OVER earlier AS before,
        last_value(callsign IGNORE NULLS) OVER earlier AS callsign_before,
        last_value(ground_speed_mps IGNORE NULLS) OVER earlier AS speed_before,
        last_value(CASE WHEN is_ground THEN true ELSE altitude_m < 1500 END IGNORE NULLS)
            OVER earlier AS low_before
    FROM threads
    WINDOW along AS (PARTITION BY icao24, thread ORDER BY contact_s),
        earlier AS (
            PARTITION BY icao24, thread ORDER BY contact_s
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        )
),
holes AS (
    -- It flew on through a hole in coverage, as its speed and callsign let expect.
    SELECT *, coalesce(
        contact_s - last_s <= 8 * 3600
        AND contact_s < (last_s // 86400 + 1) * 86400 + 3600
        AND NOT ground_before AND NOT is_ground
        AND callsign = callsign_before
        AND metres(before, fix) / greatest(fix.at_s - before.at_s, 1)
            BETWEEN 0.6 * speed_before AND 1.3 * speed_before,
        false
    ) AS flew_on
    FROM remembered
)
SELECT * EXCLUDE (
        last_s, ground_before, before, callsign_before, speed_before, low_before, flew_on
    ),
    count(*) FILTER (
        WHERE last_s IS NULL
        OR (contact_s - last_s > CASE WHEN low_before THEN 900 ELSE 1800 END AND NOT flew_on)
        OR (contact_s - last_s > 600 AND callsign <> callsign_before)
        OR (thread = '' AND jumps(before, fix))
    ) OVER (PARTITION BY icao24, thread ORDER BY contact_s) AS track
FROM holes;

DROP TABLE threads;

-- Flags that stand alone are wrong; what is left are stays on the ground and in the air.
CREATE OR REPLACE TEMP TABLE stays AS
WITH neighbours AS (
    SELECT *, lag(is_ground) OVER along AS ground_before, lead(is_ground) OVER along AS ground_after
    FROM tracks WINDOW along AS (PARTITION BY icao24, thread, track ORDER BY contact_s)
),
cleaned AS (
    SELECT * EXCLUDE (ground_before, ground_after) REPLACE (
        CASE WHEN ground_before = ground_after AND ground_before <> is_ground
            AND (is_on_ground OR coalesce(ground_speed_mps, 0) < 25)
        THEN ground_before ELSE is_ground END AS is_ground
    ) FROM neighbours
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

-- A stop is a stay on the ground that lasts, or one at an end of the track. The stay before it is
-- followed by 15 minutes of taxi-in, the one after it begins with 30 minutes of taxi-out.
CREATE OR REPLACE TEMP TABLE flown AS
WITH spans AS (
    SELECT icao24, thread, track, stay, min(contact_s) AS stay_begin_s,
        max(contact_s) AS stay_end_s, bool_or(is_ground) AS is_ground
    FROM stays GROUP BY ALL
),
stops AS (
    SELECT * EXCLUDE (is_ground), is_ground AND (
        stay = 1 OR stay = max(stay) OVER track_of OR stay_end_s - stay_begin_s >= 45
    ) AS is_stop
    FROM spans WINDOW track_of AS (PARTITION BY icao24, thread, track)
),
legs AS (
    SELECT *, count(*) FILTER (WHERE is_stop) OVER (
        PARTITION BY icao24, thread, track ORDER BY stay
    ) AS leg FROM stops
),
parts AS (
    SELECT stays.*, leg, CASE
        WHEN NOT is_stop THEN 'air'
        WHEN stay > 1 AND contact_s - stay_begin_s <= 900 THEN 'in'
        WHEN stay_end_s - contact_s <= 1800 THEN 'out'
    END AS part
    FROM stays JOIN legs USING (icao24, thread, track, stay)
)
SELECT * EXCLUDE (is_ground, is_on_ground) REPLACE (leg - (part = 'in')::INT AS leg),
    part = 'air' AND NOT is_ground AND NOT is_on_ground AS is_airborne
FROM parts WHERE part IS NOT NULL;

DROP TABLE stays;

CREATE OR REPLACE TEMP TABLE summaries AS
WITH levels AS (
    SELECT icao24, contact_s,
        CASE WHEN lead(contact_s) OVER along - contact_s <= 120 THEN
            (lead(altitude_m) OVER along - altitude_m) / (lead(contact_s) OVER along - contact_s)
        END AS climb_mps,
        CASE WHEN contact_s - lag(contact_s) OVER along <= 120 THEN
            (altitude_m - lag(altitude_m) OVER along) / (contact_s - lag(contact_s) OVER along)
        END AS sink_mps
    FROM flown WHERE is_airborne AND altitude_m IS NOT NULL
    WINDOW along AS (PARTITION BY icao24, thread, track, leg ORDER BY contact_s)
),
measured AS (
    SELECT flown.*, levels.icao24 IS NOT NULL AND fix IS NOT NULL AS is_level,
        climb_mps, sink_mps,
        contact_s - lag(contact_s) OVER along AS gap_s,
        last_value(fix IGNORE NULLS) OVER (
            PARTITION BY icao24, thread, track, leg ORDER BY contact_s
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before
    FROM flown LEFT JOIN levels USING (icao24, contact_s)
    WINDOW along AS (PARTITION BY icao24, thread, track, leg ORDER BY contact_s)
),
callsigns AS (
    SELECT icao24, thread, track, leg, callsign FROM flown WHERE callsign IS NOT NULL
    GROUP BY icao24, thread, track, leg, callsign
    QUALIFY row_number() OVER (
        PARTITION BY icao24, thread, track, leg ORDER BY count(*) DESC, callsign
    ) = 1
),
points AS (
    SELECT *, {
        'contact_s': contact_s, 'lat': fix.lat, 'lon': fix.lon, 'altitude_m': altitude_m,
        'speed_mps': coalesce(ground_speed_mps, 0), 'track_deg': coalesce(true_track_deg, 0),
        'climb_mps': coalesce(climb_mps, vertical_rate_mps),
        'sink_mps': coalesce(sink_mps, vertical_rate_mps)
    } AS point FROM measured
)
SELECT icao24, any_value(callsigns.callsign) AS callsign,
    min(contact_s) AS first_seen_s, max(contact_s) AS last_seen_s, count(*) AS states,
    max(gap_s) AS largest_gap_s, max(altitude_m) AS max_altitude_m,
    sum(round(1000 * CASE WHEN NOT jumps(before, fix) THEN metres(before, fix) END)::BIGINT) / 1000
        AS flown_m,
    CASE WHEN count(DISTINCT source) = 1 THEN min(source) ELSE 'mixed' END AS source,
    bool_or(fix IS NOT NULL) AS has_fix,
    max(contact_s) FILTER (part = 'out') AS last_out_s,
    min(contact_s) FILTER (is_airborne) AS first_airborne_s,
    max(contact_s) FILTER (is_airborne) AS last_airborne_s,
    min(contact_s) FILTER (part = 'in') AS first_in_s,
    arg_min(fix, contact_s) FILTER (is_airborne AND fix IS NOT NULL) AS first_fix,
    arg_max(fix, contact_s) FILTER (is_airborne AND fix IS NOT NULL) AS last_fix,
    arg_min(point, contact_s) FILTER (part = 'out' AND fix IS NOT NULL) AS first_ground,
    arg_max(point, contact_s) FILTER (part = 'in' AND fix IS NOT NULL) AS last_ground,
    arg_min(point, contact_s) FILTER (is_level) AS first_air,
    arg_max(point, contact_s) FILTER (is_level) AS last_air
FROM points LEFT JOIN callsigns USING (icao24, thread, track, leg)
GROUP BY icao24, thread, track, leg
HAVING max(contact_s) BETWEEN getvariable('begin_s') AND getvariable('begin_s') + 86399
    AND count(*) FILTER (is_airborne) > 0 AND max(contact_s) - min(contact_s) >= 60;

DROP TABLE flown;

-- Both ends of a flight alike: a departure is an arrival flown backwards.
CREATE OR REPLACE TEMP TABLE fits AS
WITH points AS (
    SELECT icao24, first_seen_s, 'departure' AS kind, first_ground IS NOT NULL AS is_on_ground,
        coalesce(first_ground, first_air) AS point FROM summaries
    UNION ALL
    SELECT icao24, first_seen_s, 'arrival', last_ground IS NOT NULL,
        coalesce(last_ground, last_air) FROM summaries
),
ends AS (
    SELECT *,
        CASE kind WHEN 'departure' THEN point.climb_mps ELSE -point.sink_mps END AS rate_mps,
        point.track_deg + CASE kind WHEN 'departure' THEN 180 ELSE 0 END AS towards_deg
    FROM points
),
open AS (
    SELECT airport, {'lat': latitude_deg, 'lon': longitude_deg} AS place,
        coalesce(elevation_m, 0) AS elevation_m,
        CASE WHEN type IN ('large_airport', 'medium_airport') OR iata IS NOT NULL THEN 0.0
            ELSE 3000.0 END AS penalty_m
    FROM airports WHERE type IS DISTINCT FROM 'closed'
),
near AS (
    SELECT ends.*, airport, place, penalty_m, round(metres(point, place)) AS far_m,
        point.altitude_m - elevation_m AS height_m
    FROM ends JOIN open ON open.place.lat BETWEEN ends.point.lat - 0.75 AND ends.point.lat + 0.75
    WHERE far_m <= CASE WHEN is_on_ground THEN 6000 ELSE 80000 END
),
approached AS (
    SELECT *, CASE WHEN NOT is_on_ground THEN
            least(greatest(height_m, 0) / greatest(rate_mps, 1), 300)
        END AS reach_s,
        CASE WHEN is_on_ground THEN far_m ELSE round(metres(
            reached(point, towards_deg, 0.85 * point.speed_mps * reach_s / 6371008.8), place
        )) END AS misfit_m
    FROM near
    WHERE is_on_ground
        OR (height_m BETWEEN -300 AND 3000 AND (height_m <= 300 OR rate_mps >= 1))
)
SELECT icao24, first_seen_s, kind, count(*) AS candidates, arg_min({
    'airport': airport, 'distance_m': far_m,
    'height_m': CASE WHEN is_on_ground THEN 0 ELSE round(height_m) END, 'reach_s': reach_s
}, (misfit_m + penalty_m, airport)) AS best
FROM approached WHERE is_on_ground OR misfit_m <= 10000
GROUP BY icao24, first_seen_s, kind;

-- The estimate, kept between the last contact on one side of it and the first on the other.
CREATE OR REPLACE MACRO moment(before_s, after_s, estimate_s) AS floor(0.5 + CASE
    WHEN after_s - before_s <= 600 THEN
        least(greatest(coalesce(estimate_s, (before_s + after_s) / 2), before_s), after_s)
    ELSE estimate_s
END)::BIGINT;

CREATE OR REPLACE MACRO reason(airport, is_cut, has_fix, ground, air, too_high) AS CASE
    WHEN airport IS NOT NULL THEN NULL
    WHEN is_cut THEN 'look_back_exceeded'
    WHEN NOT has_fix THEN 'no_position'
    WHEN ground IS NULL AND air IS NULL THEN 'no_altitude'
    WHEN ground IS NULL AND air.altitude_m > 3000 THEN too_high
    ELSE 'no_airport_near'
END;

CREATE OR REPLACE TABLE flights AS
WITH bounded AS (
    SELECT s.*, s.first_seen_s < getvariable('begin_s') - 86400 + 1800 AS is_cut,
        CASE WHEN NOT is_cut THEN d.best END AS departure, a.best AS arrival,
        coalesce(d.candidates, 0) AS departures, coalesce(a.candidates, 0) AS arrivals
    FROM summaries s
    LEFT JOIN fits d ON d.kind = 'departure'
        AND d.icao24 = s.icao24 AND d.first_seen_s = s.first_seen_s
    LEFT JOIN fits a ON a.kind = 'arrival'
        AND a.icao24 = s.icao24 AND a.first_seen_s = s.first_seen_s
),
timed AS (
    SELECT *,
        moment(last_out_s, first_airborne_s, first_air.contact_s - departure.reach_s) AS off_s,
        moment(last_airborne_s, first_in_s, last_air.contact_s + arrival.reach_s) AS on_s
    FROM bounded
)
SELECT
    icao24 || '-' || first_seen_s AS flight_id,
    icao24,
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
    reason(departure.airport, is_cut, has_fix, first_ground, first_air, 'first_seen_too_high')
        AS departure_unknown_reason,
    arrival.airport AS arrival_airport,
    arrival.distance_m AS arrival_distance_m,
    arrival.height_m AS arrival_height_m,
    arrivals AS arrival_candidates,
    reason(arrival.airport, false, has_fix, last_ground, last_air, 'last_seen_too_high')
        AS arrival_unknown_reason,
    round(metres(first_fix, last_fix)) AS great_circle_distance_m,
    round(flown_m) AS flown_distance_m,
    last_seen_s - first_seen_s AS duration_s,
    max_altitude_m,
    states,
    largest_gap_s,
    off_s IS NOT NULL AND on_s IS NOT NULL AS is_complete,
    source,
    getvariable('day')::DATE AS date
FROM timed;
