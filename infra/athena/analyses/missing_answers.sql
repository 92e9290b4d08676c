-- Which hours of a day are incomplete: no run at all, or fewer answers than a full hour has?
--
-- Reads: ops.last_hour_runs WHERE date = DATE '2025-12-28'
WITH hours AS (
    SELECT hour FROM UNNEST(sequence(0, 23)) AS every(hour)
),

newest AS (
    SELECT
        hour,
        answers_expected,
        answers_read,
        answers_quarantined
    FROM ops.last_hour_runs
    WHERE date = DATE '2025-12-28'
)

SELECT
    h.hour AS hour_utc,
    n.answers_expected,
    coalesce(n.answers_read, 0) AS answers_read,
    n.answers_quarantined,
    CASE WHEN n.hour IS NULL THEN 'no run' ELSE 'answers are missing' END AS gap
FROM hours AS h
LEFT JOIN newest AS n ON h.hour = n.hour
WHERE n.hour IS NULL OR n.answers_read < n.answers_expected
ORDER BY hour_utc
