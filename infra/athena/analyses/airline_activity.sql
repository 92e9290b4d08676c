-- Which airlines fly the most, and how much does each of their aircraft do a day?
--
-- Reads: gold.airline_daily WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
SELECT
    airline_icao,
    max(airline) AS airline,
    sum(flights) AS flights,
    round(sum(flight_hours), 1) AS flight_hours,
    round(sum(flown_distance_m) / 1852) AS flown_distance_nmi,
    max(aircraft) AS most_aircraft_a_day,
    round(CAST(sum(flights) AS double) / sum(aircraft), 2) AS flights_per_aircraft_and_day
FROM gold.airline_daily
WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
GROUP BY airline_icao
ORDER BY flights DESC, airline_icao
LIMIT 25
