-- Which flights were the longest, from take-off to landing, and how much of a detour was it?
--
-- Reads: gold.flights WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
-- Reads: ref.airports
SELECT
    f.flight_id,
    f.callsign,
    f.departure_airport,
    d.municipality AS departure_municipality,
    f.arrival_airport,
    a.municipality AS arrival_municipality,
    round(date_diff('second', f.take_off_time, f.landing_time) / 60e0) AS flight_min,
    round(f.great_circle_distance_m / 1852) AS great_circle_distance_nmi,
    round(100 * (f.flown_distance_m / nullif(f.great_circle_distance_m, 0) - 1), 1) AS detour_pct
FROM gold.flights AS f
LEFT JOIN ref.airports AS d ON f.departure_airport = d.airport
LEFT JOIN ref.airports AS a ON f.arrival_airport = a.airport
WHERE f.date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
    AND f.is_complete
ORDER BY flight_min DESC, f.flight_id
LIMIT 25
