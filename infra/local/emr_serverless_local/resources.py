"""Workers a Spark job asks for, whether they fit, and what they cost in vCPU and GB hours."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from pydantic import BaseModel

from emr_serverless_local.errors import ValidationException

# What EMR Serverless takes for a Spark job that says nothing.
DEFAULT_CORES = 4
DEFAULT_MEMORY = "14G"
DEFAULT_EXECUTORS = 3
OVERHEAD_FACTOR = 0.1
MINIMUM_OVERHEAD_GB = 0.375
WORKER_STORAGE_GB = 20
BILLED_MINIMUM_S = 60.0

# vCPU -> (smallest, largest) memory of a worker in GB.
WORKER_MEMORY_GB = {1: (2, 8), 2: (4, 16), 4: (8, 30), 8: (16, 60), 16: (32, 120)}

_SIZE = re.compile(r"(\d+)\s*([kmgt]?)b?", re.IGNORECASE)
_GB_PER_UNIT = {"k": 2.0**-20, "": 2.0**-10, "m": 2.0**-10, "g": 1.0, "t": 2.0**10}


class Worker(BaseModel):
    """The size of one worker; memory includes the overhead outside the JVM heap."""

    vcpus: int
    memory_gb: int


class Workers(BaseModel):
    """All workers of one attempt: one driver and ``executor_count`` executors."""

    driver: Worker
    executor: Worker
    executor_count: int

    @property
    def vcpus(self) -> int:
        """vCPUs of driver and executors together."""
        return self.driver.vcpus + self.executor_count * self.executor.vcpus

    @property
    def memory_gb(self) -> int:
        """GB of driver and executors together."""
        return self.driver.memory_gb + self.executor_count * self.executor.memory_gb


class Capacity(BaseModel):
    """An application's maximumCapacity; disk is not counted, every worker has its free 20 GB."""

    vcpus: float = math.inf
    memory_gb: float = math.inf

    def holds(self, workers: list[Workers]) -> bool:
        """Whether these workers fit, all at one time."""
        return (
            sum(each.vcpus for each in workers) <= self.vcpus
            and sum(each.memory_gb for each in workers) <= self.memory_gb
        )


def maximum_capacity(configured: Mapping[str, str] | None) -> Capacity:
    """Read the API's maximumCapacity, as {"cpu": "8 vCPU", "memory": "32 GB"}."""
    if not configured:
        return Capacity()
    return Capacity(
        vcpus=_leading_number(configured["cpu"]), memory_gb=_leading_number(configured["memory"])
    )


def workers_of(spark_conf: Mapping[str, str]) -> Workers:
    """Return the workers that these Spark properties ask for.

    Raise ValidationException for a size that the service does not offer: a job that cannot run
    in production has no business running here.
    """
    count = _whole_number(spark_conf, "spark.executor.instances", DEFAULT_EXECUTORS)
    limit = _whole_number(spark_conf, "spark.dynamicAllocation.maxExecutors", count)
    return Workers(
        driver=_worker("driver", spark_conf),
        executor=_worker("executor", spark_conf),
        executor_count=min(count, limit),
    )


def spark_memory_gb(text: str) -> float:
    """Return GB for a Spark size such as 4g, 512m or 2048 (a bare number is MiB)."""
    match = _SIZE.fullmatch(text.strip())
    if not match:
        raise ValidationException(f"'{text[:32]}' is not a memory size; write it as 4g or 4096m.")
    return int(match[1]) * _GB_PER_UNIT[match[2].lower()]


def used_hours(workers: Workers, attempt_seconds: list[float]) -> dict[str, float]:
    """Return vCPU, memory and storage hours of workers that ran for these seconds."""
    hours = sum(attempt_seconds) / 3600
    storage_gb = WORKER_STORAGE_GB * (1 + workers.executor_count)
    return _hours(workers.vcpus * hours, workers.memory_gb * hours, storage_gb * hours)


def billed_hours(workers: Workers, attempt_seconds: list[float]) -> dict[str, float]:
    """Return the hours on the bill: a minute at least per worker; 20 GB of storage are free."""
    billed = sum(max(BILLED_MINIMUM_S, math.ceil(each)) for each in attempt_seconds) / 3600
    return _hours(workers.vcpus * billed, workers.memory_gb * billed, 0.0)


def _hours(vcpu: float, memory_gb: float, storage_gb: float) -> dict[str, float]:
    return {
        "vCPUHour": round(vcpu, 6),
        "memoryGBHour": round(memory_gb, 6),
        "storageGBHour": round(storage_gb, 6),
    }


def _worker(role: str, spark_conf: Mapping[str, str]) -> Worker:
    cores = _whole_number(spark_conf, f"spark.{role}.cores", DEFAULT_CORES)
    if cores not in WORKER_MEMORY_GB:
        sizes = ", ".join(str(size) for size in WORKER_MEMORY_GB)
        raise ValidationException(f"spark.{role}.cores is {cores}; a worker has {sizes} vCPUs.")
    heap_gb = spark_memory_gb(spark_conf.get(f"spark.{role}.memory", DEFAULT_MEMORY))
    overhead = spark_conf.get(f"spark.{role}.memoryOverhead")
    overhead_gb = (
        spark_memory_gb(overhead)
        if overhead
        else max(MINIMUM_OVERHEAD_GB, OVERHEAD_FACTOR * heap_gb)
    )
    smallest_gb, largest_gb = WORKER_MEMORY_GB[cores]
    # A worker exists in whole GB; 14 GB and their tenth are sold as a 16 GB worker.
    memory_gb = max(smallest_gb, math.ceil(heap_gb + overhead_gb))
    if memory_gb > largest_gb:
        raise ValidationException(
            f"spark.{role}.memory with its overhead needs {memory_gb} GB; a worker of {cores} "
            f"vCPU has at most {largest_gb} GB. Ask for less memory or for more cores."
        )
    return Worker(vcpus=cores, memory_gb=memory_gb)


def _whole_number(spark_conf: Mapping[str, str], name: str, default: int) -> int:
    text = spark_conf.get(name, str(default)).strip()
    if text.lower() == "infinity":
        return default
    if not re.fullmatch(r"\d{1,6}", text):
        raise ValidationException(f"{name} must be a whole number.")
    return int(text)


def _leading_number(text: str) -> float:
    match = re.match(r"\d+", text)
    return float(match[0]) if match else math.inf
