-- Where is the sky the fullest, hour by hour: the three fullest cells of about 1,770 km²?
--
-- Reads: gold.traffic_density WHERE date = DATE '2025-12-28'
SELECT hour AS hour_utc, place, h3_cell, latitude_deg, longitude_deg, airborne_aircraft
FROM (
    SELECT
        hour,
        h3_cell,
        round(latitude_deg, 2) AS latitude_deg,
        round(longitude_deg, 2) AS longitude_deg,
        airborne_aircraft,
        row_number() OVER (
            PARTITION BY hour ORDER BY airborne_aircraft DESC, h3_cell
        ) AS place
    FROM gold.traffic_density
    WHERE date = DATE '2025-12-28'
) AS ranked
WHERE place <= 3
ORDER BY hour_utc, place
