-- What happened at airports each hour, with their names, towns and countries.
SELECT
    h.airport,
    a.iata,
    a.name,
    a.municipality,
    a.country_code,
    h.departures,
    h.arrivals,
    h.departures + h.arrivals AS movements,
    h.ground_aircraft,
    h.overflights,
    h.date,
    h.hour
FROM gold.airport_hourly AS h
LEFT JOIN ref.airports AS a ON h.airport = a.airport
