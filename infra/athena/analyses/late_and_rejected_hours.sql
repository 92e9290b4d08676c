-- Which hours were rejected or needed several runs, and is the last word on them good?
--
-- Reads: ops.run_ledger WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
SELECT
    date,
    hour AS hour_utc,
    count(*) AS runs,
    sum(CASE WHEN verdict = 'rejected' THEN 1 ELSE 0 END) AS rejections,
    sum(CASE WHEN rows_published > 0 THEN 1 ELSE 0 END) AS publications,
    max(rows_withheld) AS rows_withheld,
    max(report) AS a_report
FROM ops.run_ledger
WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
GROUP BY date, hour
HAVING count(*) > 1 OR sum(CASE WHEN verdict = 'rejected' THEN 1 ELSE 0 END) > 0
ORDER BY date, hour_utc
