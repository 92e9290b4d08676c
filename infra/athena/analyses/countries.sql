-- Aircraft of which countries are in the sky, and what is their share of the world's?
--
-- Reads: gold.country_hourly WHERE date = DATE '2025-12-28' AND hour = 2
SELECT
    country_code,
    country,
    aircraft,
    airborne_aircraft,
    round(100e0 * aircraft / sum(aircraft) OVER (), 1) AS aircraft_pct
FROM gold.country_hourly
WHERE date = DATE '2025-12-28' AND hour = 2
ORDER BY aircraft DESC, country_code
LIMIT 25
