-- Routes with the names of their airports, in nautical miles and minutes.
SELECT
    r.departure_airport,
    d.name AS departure_name,
    d.municipality AS departure_municipality,
    r.arrival_airport,
    a.name AS arrival_name,
    a.municipality AS arrival_municipality,
    r.flights,
    r.aircraft,
    r.airlines,
    round(r.great_circle_distance_m / 1852) AS great_circle_distance_nmi,
    round(r.mean_flown_distance_m / 1852) AS mean_flown_distance_nmi,
    round(r.median_airborne_s / 60) AS median_airborne_min,
    r.date
FROM gold.route_daily AS r
LEFT JOIN ref.airports AS d ON r.departure_airport = d.airport
LEFT JOIN ref.airports AS a ON r.arrival_airport = a.airport
