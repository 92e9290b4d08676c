-- Who squawked an emergency, where, for how long, and on which airframe?
--
-- Reads: gold.events WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
-- Reads: ref.aircraft
SELECT
    min(e.started_at) AS first_seen,
    max(e.ended_at) AS last_seen,
    e.icao24,
    max(e.callsign) AS callsign,
    max(a.registration) AS registration,
    max(a.typecode) AS typecode,
    max(a.operator) AS operator,
    e.description,
    min_by(e.region, e.started_at) AS region,
    sum(e.states) AS states
FROM gold.events AS e
LEFT JOIN ref.aircraft AS a ON e.icao24 = a.icao24
WHERE e.date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
    AND e.event_type = 'emergency_squawk'
GROUP BY e.icao24, e.description
ORDER BY first_seen, e.icao24
