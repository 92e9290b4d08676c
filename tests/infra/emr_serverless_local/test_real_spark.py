"""One Spark job that works, one that fails, one that is cancelled: with the real spark-submit."""

import sys
from pathlib import Path

import psutil
import pytest
from emr_serverless_local.settings import Settings

SPARK_SUBMIT = Path(sys.executable).parent / "spark-submit"
CONF = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}
COUNT = """
import sys
from helper import NAME
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
print(NAME, spark.sparkContext.master, spark.range(int(sys.argv[1])).count())
print(spark.sparkContext.applicationId)
"""
FAIL = """
from pyspark.sql import SparkSession

SparkSession.builder.getOrCreate()
raise ValueError("the ledger does not balance")
"""
HANG = """
import time
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
print("up", flush=True)
spark.sparkContext.parallelize([0], 1).map(lambda _: time.sleep(300)).count()
"""

pytestmark = pytest.mark.skipif(
    not SPARK_SUBMIT.exists(), reason="this environment has no spark-submit"
)


@pytest.fixture
def spark_emr(serve):
    return serve(Settings(spark_submit=str(SPARK_SUBMIT), spark_conf=CONF, master="local[1]"))


def _start(emr, tools, application: str, code: str, *arguments: str, parameters: str | None = None):
    path = emr.folder / f"job{len(list(emr.folder.glob('job*.py')))}.py"
    path.write_text(code)
    spark = {"entryPoint": path.as_uri(), "entryPointArguments": list(arguments)}
    return emr.client.start_job_run(
        applicationId=application,
        executionRoleArn=tools.role,
        jobDriver={
            "sparkSubmit": spark | ({"sparkSubmitParameters": parameters} if parameters else {})
        },
    )["jobRunId"]


def _stdout(tmp_path: Path, run: str) -> str:
    return (tmp_path / "state" / "runs" / run / "attempt-1" / "stdout").read_text()


def test_a_pyspark_job_with_a_module_of_its_own_succeeds(spark_emr, tools, tmp_path):
    (tmp_path / "helper.py").write_text('NAME = "counted"\n')
    application = spark_emr.application()
    parameters = f"--py-files {tmp_path}/helper.py --conf spark.app.name=count"
    run = _start(spark_emr, tools, application, COUNT, "1000", parameters=parameters)
    seen = spark_emr.reaches(application, run, "SUCCESS", timeout_s=90)
    assert _stdout(tmp_path, run) == f"counted local[1] 1000\n{run}\n"
    assert seen["totalExecutionDurationSeconds"] >= 1


def test_a_pyspark_job_that_raises_fails_with_its_own_error(spark_emr, tools):
    application = spark_emr.application()
    run = _start(spark_emr, tools, application, FAIL)
    seen = spark_emr.reaches(application, run, "FAILED", timeout_s=90)
    assert seen["stateDetails"] == (
        "Job failed. ExitCode: 1. Last few exceptions: ValueError: the ledger does not balance"
    )


def test_cancelling_a_pyspark_job_ends_its_jvm_and_its_pythons(spark_emr, tools, tmp_path):
    application = spark_emr.application()
    parameters = f"--conf spark.emr-serverless.driverEnv.JOB_MARK={tmp_path}"
    run = _start(spark_emr, tools, application, HANG, parameters=parameters)

    def marked() -> list[str]:
        names = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("JOB_MARK") == str(tmp_path):
                    names.append(process.name())
            except (psutil.Error, OSError):
                continue
        return names

    spark_emr.reaches(application, run, "RUNNING", timeout_s=30)
    # The supervisor, the driver, pyspark's daemon and its worker are Pythons.
    is_up = lambda: "java" in marked() and sum("python" in name for name in marked()) >= 4  # noqa: E731
    tools.until(is_up, "JVM, driver and Python worker run", timeout_s=60)
    spark_emr.client.cancel_job_run(applicationId=application, jobRunId=run)
    spark_emr.reaches(application, run, "CANCELLED", timeout_s=30)
    tools.until(lambda: not marked(), "no process is left")
