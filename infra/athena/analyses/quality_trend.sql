-- How good are the data, day by day: mean score of the hours, and what was not published?
--
-- Reads: ops.last_hour_runs WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
SELECT
    date,
    count(*) AS hours,
    round(avg(score), 1) AS mean_score,
    min(score) AS lowest_score,
    sum(CASE WHEN verdict = 'warning' THEN 1 ELSE 0 END) AS warnings,
    sum(CASE WHEN verdict = 'rejected' THEN 1 ELSE 0 END) AS rejections,
    sum(rows_published) AS rows_published,
    round(100e0 * sum(rows_quarantined) / nullif(sum(rows_read), 0), 3) AS quarantined_pct
FROM ops.last_hour_runs
WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
GROUP BY date
ORDER BY date
