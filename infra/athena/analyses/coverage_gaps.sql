-- Which regions went dark: hours with less than half of the region's usual traffic, or stale?
--
-- Reads: gold.traffic_hourly WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
SELECT *
FROM (
    SELECT
        date,
        hour AS hour_utc,
        region,
        aircraft,
        round(avg(aircraft) OVER (PARTITION BY region)) AS usual_aircraft,
        round(fresh_share * 100, 1) AS fresh_pct
    FROM gold.traffic_hourly
    WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
) AS hours
WHERE aircraft < usual_aircraft / 2 OR fresh_pct < 50
ORDER BY date, hour_utc, region
