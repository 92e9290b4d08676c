-- How fast do aircraft fly over ground at each altitude: slowest tenth, median, fastest tenth?
--
-- Reads: silver.state_vectors WHERE date = DATE '2025-12-28' AND hour = 2
SELECT
    CAST(floor(baro_altitude_m / 0.3048 / 10000) * 10000 AS integer) AS from_altitude_ft,
    count(*) AS states,
    round(approx_percentile(ground_speed_mps, 0.1) * 3600 / 1852) AS slow_ground_speed_kt,
    round(approx_percentile(ground_speed_mps, 0.5) * 3600 / 1852) AS median_ground_speed_kt,
    round(approx_percentile(ground_speed_mps, 0.9) * 3600 / 1852) AS fast_ground_speed_kt
FROM silver.state_vectors
WHERE date = DATE '2025-12-28' AND hour = 2
    AND NOT is_on_ground AND is_fresh
    AND baro_altitude_m IS NOT NULL AND ground_speed_mps IS NOT NULL
GROUP BY 1
ORDER BY from_altitude_ft DESC
