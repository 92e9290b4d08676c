-- What do Spark jobs and counts in Athena cost, by day and step, and how much was for nothing?
--
-- Reads: ops.job_costs WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
SELECT
    date,
    service,
    step,
    count(*) AS job_runs,
    round(sum(cost_usd), 4) AS cost_usd,
    round(sum(CASE WHEN state = 'SUCCESS' THEN 0 ELSE cost_usd END), 4) AS cost_of_failures_usd,
    round(sum(vcpu_hours), 3) AS vcpu_hours,
    round(sum(memory_gb_hours), 3) AS memory_gb_hours,
    round(sum(bytes_scanned) / 1e9, 3) AS scanned_gb,
    round(avg(duration_s)) AS mean_duration_s
FROM ops.job_costs
WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
GROUP BY date, service, step
ORDER BY date, cost_usd DESC, step
