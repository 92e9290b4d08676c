-- Events with the registration, type and operator of the aircraft.
SELECT
    e.event_type,
    e.severity,
    e.description,
    e.subject,
    e.callsign,
    a.registration,
    a.typecode,
    a.operator,
    CAST(e.started_at AS timestamp) AS started_at,
    CAST(e.ended_at AS timestamp) AS ended_at,
    e.states,
    e.latitude_deg,
    e.longitude_deg,
    e.region,
    e.date,
    e.hour
FROM gold.events AS e
LEFT JOIN ref.aircraft AS a ON e.icao24 = a.icao24
