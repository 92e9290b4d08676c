-- Flights with the names of airlines and airports, in nautical miles, feet and minutes.
SELECT
    f.flight_id,
    f.icao24,
    f.callsign,
    l.name AS airline,
    f.departure_airport,
    d.name AS departure_name,
    d.municipality AS departure_municipality,
    d.country_code AS departure_country_code,
    f.arrival_airport,
    a.name AS arrival_name,
    a.municipality AS arrival_municipality,
    a.country_code AS arrival_country_code,
    CAST(f.first_seen AS timestamp) AS first_seen,
    CAST(f.last_seen AS timestamp) AS last_seen,
    CAST(f.take_off_time AS timestamp) AS take_off_time,
    CAST(f.landing_time AS timestamp) AS landing_time,
    round(CAST(f.airborne_s AS double) / 60) AS airborne_min,
    round(f.great_circle_distance_m / 1852) AS great_circle_distance_nmi,
    round(f.flown_distance_m / 1852) AS flown_distance_nmi,
    round(f.max_altitude_m / 0.3048) AS max_altitude_ft,
    f.is_complete,
    f.date
FROM gold.flights AS f
LEFT JOIN ref.airlines AS l ON f.airline_icao = l.airline_icao
LEFT JOIN ref.airports AS d ON f.departure_airport = d.airport
LEFT JOIN ref.airports AS a ON f.arrival_airport = a.airport
