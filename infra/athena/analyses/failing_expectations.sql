-- Which expectations fail in the most hours and days, and in how many rows at worst?
--
-- Reads: ops.quality_results WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
SELECT
    table_name,
    expectation_id,
    severity,
    dimension,
    count(DISTINCT concat(CAST(date AS varchar), ' ', coalesce(CAST(hour AS varchar), 'day')))
        AS failures,
    max(unexpected_rows) AS most_unexpected_rows,
    max(description) AS description
FROM ops.quality_results
WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
    AND NOT is_met
GROUP BY table_name, expectation_id, severity, dimension
ORDER BY failures DESC, table_name, expectation_id
