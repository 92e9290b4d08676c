import pytest
from emr_serverless_local.errors import ValidationException
from emr_serverless_local.resources import (
    Capacity,
    billed_hours,
    maximum_capacity,
    spark_memory_gb,
    used_hours,
    workers_of,
)


def test_a_job_that_says_nothing_gets_what_the_service_gives():
    workers = workers_of({})
    assert (workers.driver.vcpus, workers.driver.memory_gb) == (4, 16)
    assert (workers.vcpus, workers.memory_gb) == (16, 64)


def test_memory_counts_with_its_overhead_in_whole_gb():
    workers = workers_of(
        {
            "spark.driver.cores": "1",
            "spark.driver.memory": "2g",
            "spark.executor.cores": "4",
            "spark.executor.memory": "10240m",
            "spark.executor.memoryOverhead": "2g",
            "spark.executor.instances": "5",
            "spark.dynamicAllocation.maxExecutors": "2",
        }
    )
    assert (workers.driver.memory_gb, workers.executor.memory_gb) == (3, 12)
    assert (workers.vcpus, workers.memory_gb) == (9, 27)


@pytest.mark.parametrize(
    ("conf", "words"),
    [
        ({"spark.driver.cores": "3"}, "spark.driver.cores is 3"),
        ({"spark.executor.memory": "30g"}, "at most 30 GB"),
        ({"spark.executor.memory": "much"}, "not a memory size"),
        ({"spark.executor.instances": "-1"}, "whole number"),
    ],
)
def test_a_worker_that_the_service_does_not_sell_is_refused(conf, words):
    with pytest.raises(ValidationException, match=words):
        workers_of(conf)


@pytest.mark.parametrize(
    ("text", "gb"), [("4g", 4), ("4096m", 4), ("2048", 2), ("1t", 1024), ("512MB", 0.5)]
)
def test_sizes_are_read_as_spark_reads_them(text, gb):
    assert spark_memory_gb(text) == gb


def test_a_minute_is_billed_at_least_and_use_is_exact():
    workers = workers_of({"spark.executor.instances": "1"})
    assert used_hours(workers, [30.0, 90.0]) == pytest.approx(
        {"vCPUHour": 8 / 30, "memoryGBHour": 32 / 30, "storageGBHour": 40 / 30}, abs=1e-5
    )
    assert billed_hours(workers, [30.0, 90.0])["vCPUHour"] == pytest.approx(8 * 150 / 3600, 1e-5)
    assert billed_hours(workers, [])["vCPUHour"] == 0


def test_capacity_is_read_from_the_services_words():
    capacity = maximum_capacity({"cpu": "16 vCPU", "memory": "63GB"})
    assert capacity == Capacity(vcpus=16, memory_gb=63)
    assert not capacity.holds([workers_of({})])
    assert maximum_capacity(None).holds([workers_of({})])
