-- Why are rows in quarantine, and how many of each reason came an hour?
--
-- Reads: silver.quarantine WHERE date = DATE '2025-12-28'
SELECT
    reason,
    count(*) AS quarantined_rows,
    count(DISTINCT icao24) AS aircraft,
    count(DISTINCT hour) AS hours
FROM (
    SELECT icao24, hour, reasons FROM silver.quarantine WHERE date = DATE '2025-12-28'
) AS quarantined
CROSS JOIN UNNEST(reasons) AS each_reason(reason)
GROUP BY reason
ORDER BY quarantined_rows DESC, reason
