-- Which types of aircraft fly the most, and how long is one of their flights?
--
-- Reads: gold.aircraft_type_daily WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
SELECT
    typecode,
    max(manufacturer) AS manufacturer,
    max(model) AS model,
    sum(flights) AS flights,
    max(aircraft) AS most_aircraft_a_day,
    round(sum(flight_hours), 1) AS flight_hours,
    round(60 * sum(flight_hours) / sum(flights)) AS mean_flight_min,
    round(sum(flown_distance_m) / sum(flights) / 1852) AS mean_flown_distance_nmi
FROM gold.aircraft_type_daily
WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
GROUP BY typecode
ORDER BY flights DESC, typecode
LIMIT 25
