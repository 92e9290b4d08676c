-- Which airports have the most take-offs and landings?
--
-- Reads: gold.airport_hourly WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
-- Reads: ref.airports
SELECT
    h.airport,
    a.name,
    a.municipality,
    a.country_code,
    sum(h.departures) AS departures,
    sum(h.arrivals) AS arrivals,
    sum(h.departures) + sum(h.arrivals) AS movements,
    max_by(h.hour, h.departures + h.arrivals) AS busiest_hour_utc
FROM gold.airport_hourly AS h
LEFT JOIN ref.airports AS a ON h.airport = a.airport
WHERE h.date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
GROUP BY h.airport, a.name, a.municipality, a.country_code
ORDER BY movements DESC, h.airport
LIMIT 25
