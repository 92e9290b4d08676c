from pathlib import Path

import pytest
from emr_serverless_local.errors import ValidationException
from emr_serverless_local.settings import Settings
from emr_serverless_local.submit import Submission, build_submission, parse_parameters

WORK = Path("/work-dir")


def _build(settings: Settings | None = None, runtime=(), overrides=None, **spark) -> Submission:
    request = {"jobDriver": {"sparkSubmit": {"entryPoint": "file:///code/main.py"} | spark}}
    if overrides:
        request["configurationOverrides"] = {"applicationConfiguration": overrides}
    return build_submission(
        request,
        runtime,
        settings or Settings(spark_submit="/venv/bin/spark-submit"),
        "0a",
        WORK,
        {"PATH": "/usr/bin", "HOME": "/home/x", "PYTHONPATH": "/mine"},
    )


def _conf(submission: Submission) -> dict[str, str]:
    argv = submission.argv
    pairs = [argv[n + 1] for n, word in enumerate(argv) if word == "--conf"]
    return dict(pair.split("=", 1) for pair in pairs)


def test_the_command_is_platform_first_then_the_jobs_own_words():
    submission = _build(
        Settings(spark_submit="/venv/bin/spark-submit", spark_conf={"spark.ui.enabled": "false"}),
        sparkSubmitParameters="--conf spark.sql.shuffle.partitions=4 --class a.B",
        entryPointArguments=["--hour", "2026-01-01T05"],
    )
    assert submission.argv == [
        *("/venv/bin/spark-submit", "--master", "local[2]"),
        *("--conf", "spark.test.appId=0a"),
        *("--conf", "spark.ui.enabled=false", "--conf", "spark.sql.shuffle.partitions=4"),
        *("--class", "a.B", "/code/main.py", "--hour", "2026-01-01T05"),
    ]


def test_stronger_properties_win_and_each_is_said_once():
    defaults = lambda value: [  # noqa: E731
        {"classification": "spark-defaults", "properties": {"spark.a": value, f"spark.{value}": ""}}
    ]
    submission = _build(
        Settings(spark_conf={"spark.a": "platform", "spark.b": "platform"}),
        runtime=defaults("application"),
        overrides=defaults("job"),
        sparkSubmitParameters="--conf spark.a=parameters",
    )
    assert _conf(submission) == {
        "spark.test.appId": "0a",
        "spark.a": "parameters",
        "spark.b": "platform",
        "spark.application": "",
        "spark.job": "",
    }
    weaker = _build(runtime=defaults("application"), overrides=defaults("job"))
    assert _conf(weaker)["spark.a"] == "job"


def test_paths_of_the_image_become_local_ones():
    delta = "/usr/share/aws/delta/lib/delta-spark.jar"
    settings = Settings(image_paths={delta: "/jars/a.jar,/jars/b.jar", "/usr/share": "/share"})
    submission = _build(
        settings,
        sparkSubmitParameters=(
            f"--conf spark.jars={delta},/usr/share/x.jar --conf spark.note={delta}.old "
            f"--conf spark.driver.extraJavaOptions='-Da=file://{delta}'"
        ),
    )
    assert _conf(submission) == {
        "spark.test.appId": "0a",
        "spark.jars": "/jars/a.jar,/jars/b.jar,/share/x.jar",
        "spark.note": "/share/aws/delta/lib/delta-spark.jar.old",
        "spark.driver.extraJavaOptions": "-Da=/jars/a.jar,/jars/b.jar",
    }


def test_files_on_s3_get_a_place_of_their_own_and_keep_their_names():
    submission = _build(
        entryPoint="s3://b/code/main.py",
        sparkSubmitParameters=(
            "--py-files s3://b/code/lib.zip,s3a://c/other/lib.zip,/local/x.zip "
            "--conf spark.archives=s3://b/env.tar.gz#environment"
        ),
    )
    places = {each.url: each.path for each in submission.downloads}
    assert places.keys() == {
        *("s3://b/code/main.py", "s3://b/code/lib.zip"),
        *("s3a://c/other/lib.zip", "s3://b/env.tar.gz"),
    }
    assert len(set(places.values())) == 4
    assert all(path.startswith("/work-dir/fetched/") for path in places.values())
    assert submission.argv[-1] == places["s3://b/code/main.py"]
    assert submission.argv[-1].endswith("/main.py")
    conf = _conf(submission)
    assert conf["spark.submit.pyFiles"] == ",".join(
        [places["s3://b/code/lib.zip"], places["s3a://c/other/lib.zip"], "/local/x.zip"]
    )
    assert conf["spark.archives"] == f"{places['s3://b/env.tar.gz']}#environment"


def test_the_platform_chooses_the_master_and_the_python():
    submission = _build(
        Settings(spark_submit="/venv/bin/spark-submit", python="/venv/bin/python"),
        sparkSubmitParameters=(
            "--master yarn --deploy-mode cluster --conf spark.master=k8s "
            "--conf spark.emr-serverless.driverEnv.PYSPARK_PYTHON=./environment/bin/python "
            "--conf spark.emr-serverless.driverEnv.LEVEL=info"
        ),
    )
    assert submission.argv == [
        *("/venv/bin/spark-submit", "--master", "local[2]"),
        *("--conf", "spark.test.appId=0a", "/code/main.py"),
    ]
    assert submission.environment == {
        "HOME": "/home/x",
        "PATH": "/venv/bin:/usr/bin",
        "LEVEL": "info",
        "PYSPARK_PYTHON": "/venv/bin/python",
        "PYSPARK_DRIVER_PYTHON": "/venv/bin/python",
    }


def test_parameters_are_split_by_quotes_and_never_by_a_shell():
    parsed = parse_parameters(
        "--conf 'spark.a=x y' -c spark.b=\"$(id);z\" --conf=spark.c=1=2 --verbose "
        "--driver-memory 2g"
    )
    assert parsed.properties == {
        "spark.a": "x y",
        "spark.b": "$(id);z",
        "spark.c": "1=2",
        "spark.driver.memory": "2g",
    }
    assert parsed.options == ["--verbose"]


@pytest.mark.parametrize(
    "text",
    ["--conf 'spark.a=1", "main.py", "--conf a=1", "--conf spark.a", "--proxy-user root", "--conf"],
)
def test_parameters_that_spark_submit_would_not_take_are_refused(text):
    with pytest.raises(ValidationException, match="sparkSubmitParameters"):
        parse_parameters(text)
