-- How much flew in each region each hour, in feet and knots, shares in per cent.
SELECT
    region,
    aircraft,
    airborne_aircraft,
    ground_aircraft,
    states,
    round(fresh_share * 100, 1) AS fresh_pct,
    round(mean_baro_altitude_m / 0.3048) AS mean_baro_altitude_ft,
    round(mean_ground_speed_mps * 3600 / 1852) AS mean_ground_speed_kt,
    date,
    hour
FROM gold.traffic_hourly
