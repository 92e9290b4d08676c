-- What do the Spark jobs cost, day by day and step by step, and how much of it was for nothing?
--
-- Reads: ops.job_costs WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
SELECT
    date,
    step,
    count(*) AS job_runs,
    round(sum(cost_usd), 4) AS cost_usd,
    round(sum(CASE WHEN state = 'SUCCESS' THEN 0 ELSE cost_usd END), 4) AS cost_of_failures_usd,
    round(sum(vcpu_hours), 3) AS vcpu_hours,
    round(sum(memory_gb_hours), 3) AS memory_gb_hours,
    round(avg(duration_s)) AS mean_duration_s
FROM ops.job_costs
WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
GROUP BY date, step
ORDER BY date, cost_usd DESC, step
