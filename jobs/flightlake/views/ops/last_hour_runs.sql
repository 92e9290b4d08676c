-- The last run of each hour: count hours here, and runs in ops.run_ledger.
SELECT
    date,
    hour,
    run_id,
    step,
    rows_read,
    rows_published,
    rows_withheld,
    rows_quarantined,
    rows_repeated,
    rows_unaccounted,
    answers_expected,
    answers_read,
    answers_quarantined,
    quarantined_answers,
    verdict,
    score,
    seconds,
    report,
    CAST(recorded_at AS timestamp) AS recorded_at,
    raw_objects,
    raw_before,
    suite
FROM (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY date, hour
            ORDER BY recorded_at DESC NULLS LAST, run_id DESC
        ) AS place
    FROM ops.run_ledger
) AS runs
WHERE place = 1
