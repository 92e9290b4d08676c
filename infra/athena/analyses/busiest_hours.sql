-- At which hours of the day is the most in the air, in each region?
--
-- Reads: gold.traffic_hourly WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
SELECT
    region,
    hour AS hour_utc,
    round(avg(airborne_aircraft)) AS mean_airborne_aircraft,
    max(airborne_aircraft) AS most_airborne_aircraft,
    rank() OVER (PARTITION BY region ORDER BY avg(airborne_aircraft) DESC) AS rank_in_region
FROM gold.traffic_hourly
WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
GROUP BY region, hour
ORDER BY region, rank_in_region, hour_utc
