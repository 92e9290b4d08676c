-- At which altitudes do aircraft fly: how many climb, cruise and descend in each band of 5,000 ft?
--
-- Reads: silver.state_vectors WHERE date = DATE '2025-12-28' AND hour = 2 AND region = 'europe'
SELECT
    CAST(floor(baro_altitude_m / 0.3048 / 5000) * 5000 AS integer) AS from_altitude_ft,
    count(DISTINCT icao24) AS aircraft,
    count(DISTINCT CASE WHEN flight_phase = 'climb' THEN icao24 END) AS climbing,
    count(DISTINCT CASE WHEN flight_phase = 'cruise' THEN icao24 END) AS cruising,
    count(DISTINCT CASE WHEN flight_phase = 'descent' THEN icao24 END) AS descending
FROM silver.state_vectors
WHERE date = DATE '2025-12-28' AND hour = 2 AND region = 'europe'
    AND NOT is_on_ground AND is_fresh AND baro_altitude_m IS NOT NULL
GROUP BY 1
ORDER BY from_altitude_ft DESC
