-- What was out of the ordinary, by type and region, and how much of it is critical?
--
-- Reads: gold.events WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
SELECT
    event_type,
    region,
    count(*) AS events,
    count(DISTINCT icao24) AS aircraft,
    sum(CASE WHEN severity = 'critical' THEN 1 ELSE 0 END) AS critical_events
FROM gold.events
WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
GROUP BY event_type, region
ORDER BY events DESC, event_type, region
