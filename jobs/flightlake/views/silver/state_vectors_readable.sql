-- Aircraft states in feet, knots and feet a minute, the position's source in words.
SELECT
    icao24,
    callsign,
    origin_country,
    CAST(snapshot_time AS timestamp) AS snapshot_time,
    latitude_deg,
    longitude_deg,
    round(baro_altitude_m / 0.3048) AS baro_altitude_ft,
    round(geo_altitude_m / 0.3048) AS geo_altitude_ft,
    round(ground_speed_mps * 3600 / 1852) AS ground_speed_kt,
    round(true_track_deg) AS true_track_deg,
    round(vertical_rate_mps / 0.3048 * 60) AS vertical_rate_ftpmin,
    flight_phase,
    squawk,
    CASE position_source
        WHEN 0 THEN 'ADS-B'
        WHEN 1 THEN 'ASTERIX'
        WHEN 2 THEN 'MLAT'
        WHEN 3 THEN 'FLARM'
    END AS position_source,
    position_age_s,
    date,
    hour,
    region
FROM silver.state_vectors
