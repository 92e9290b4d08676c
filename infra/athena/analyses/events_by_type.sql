-- What was out of the ordinary, by type and region, and how much of it is critical?
--
-- Reads: gold.events WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
SELECT
    event_type,
    region,
    count(*) AS events,
    count(DISTINCT icao24) AS aircraft,
    sum(CASE WHEN severity = 'critical' THEN 1 ELSE 0 END) AS critical_events
FROM (
    -- What goes on over several hours has a row in each and is one event here.
    SELECT
        event_type,
        region,
        icao24,
        severity,
        started_at,
        lag(ended_at) OVER (PARTITION BY event_type, subject ORDER BY started_at) AS ended_before
    FROM gold.events
    WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
) AS events_of_hours
WHERE ended_before IS NULL OR started_at > ended_before + INTERVAL '1' HOUR
GROUP BY event_type, region
ORDER BY events DESC, event_type, region
