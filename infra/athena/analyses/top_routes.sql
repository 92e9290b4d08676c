-- Between which airports does the most fly, and how far and how long is the way?
--
-- Reads: gold.route_daily WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
-- Reads: ref.airports
SELECT
    r.departure_airport,
    d.municipality AS departure_municipality,
    r.arrival_airport,
    a.municipality AS arrival_municipality,
    sum(r.flights) AS flights,
    round(max(r.great_circle_distance_m) / 1852) AS great_circle_distance_nmi,
    round(sum(r.mean_flown_distance_m * r.flights) / sum(r.flights) / 1852)
        AS mean_flown_distance_nmi,
    round(sum(r.median_airborne_s * r.flights) / sum(r.flights) / 60) AS mean_median_airborne_min
FROM gold.route_daily AS r
LEFT JOIN ref.airports AS d ON r.departure_airport = d.airport
LEFT JOIN ref.airports AS a ON r.arrival_airport = a.airport
WHERE r.date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
GROUP BY r.departure_airport, d.municipality, r.arrival_airport, a.municipality
ORDER BY flights DESC, r.departure_airport, r.arrival_airport
LIMIT 25
