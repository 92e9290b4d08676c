-- What did the answers cost in API credits, day by day, and how low did the credits get?
--
-- Reads: ops.api_credits WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
SELECT
    date,
    source,
    count(*) AS answers,
    sum(credits_spent) AS credits_spent,
    min(credits_left) AS fewest_credits_left,
    sum(states) AS states,
    round(1000e0 * sum(credits_spent) / nullif(sum(states), 0), 3) AS credits_per_1000_states
FROM ops.api_credits
WHERE date BETWEEN DATE '2025-12-27' AND DATE '2025-12-28'
GROUP BY date, source
ORDER BY date, source
