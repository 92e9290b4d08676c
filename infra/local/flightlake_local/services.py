"""The services of the stack: what each is started with and how one sees that it answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flightlake_local.credentials import Credentials, write_private
from flightlake_local.environment import OPENSKY_TIER, aws_environment, inherited
from flightlake_local.settings import HOST, REGION, LakeKind, LocalSettings

AIRFLOW_SERVICES = ("api-server", "scheduler", "dag-processor", "triggerer")

# The log servers of scheduler and triggerer would listen on every interface; the API server reads
# the same logs from disk.
_AIRFLOW_FLAGS = {"scheduler": ["--skip-serve-logs"], "triggerer": ["--skip-serve-logs"]}

_DELTA_IMAGE_DIR = "/usr/share/aws/delta/lib"


@dataclass(frozen=True)
class Service:
    """A process of the stack.

    Attributes:
        port_setting: the setting that holds its port; None where it has none.
        ready_url: what answers with a status below 500 once it is ready.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    port_setting: str | None = None
    ready_url: str | None = None


def cloud_services(settings: LocalSettings, credentials: Credentials) -> list[Service]:
    """The stand-ins for what is not ours in production: S3 (if asked for), OpenSky, EMR."""
    environment = inherited() | aws_environment(settings, credentials)
    python = sys.executable
    s3 = Service(
        "s3",
        [python, "-m", "moto.server", "-H", HOST, "-p", str(settings.s3_port)],
        environment,
        "s3_port",
        f"{settings.s3_url}/moto-api/",
    )
    simulator = Service(
        "simulator",
        [
            *(python, "-m", "opensky_simulator", "--port", str(settings.simulator_port)),
            *("--seed", str(settings.seed), "--aircraft", str(settings.aircraft)),
            *("--client-id", credentials.opensky_client_id, "--tier", OPENSKY_TIER),
        ],
        environment | {"OPENSKY_SIMULATOR_SECRET": credentials.opensky_client_secret},
        "simulator_port",
        f"{settings.simulator_url}/health",
    )
    config = write_emr_config(settings, credentials)
    emr = Service(
        "emr",
        [
            *(python, "-m", "emr_serverless_local", "--port", str(settings.emr_port)),
            *("--state-dir", str(settings.emr_dir), "--config", str(config)),
        ],
        environment,
        "emr_port",
        f"{settings.emr_url}/applications",
    )
    return [*([s3] if settings.lake is LakeKind.S3 else []), simulator, emr]


def airflow_services(settings: LocalSettings, environment: Mapping[str, str]) -> list[Service]:
    """Airflow's four components; ``airflow standalone`` orphans its children when it is ended."""
    return [
        Service(
            name,
            [sys.executable, "-m", "airflow", name, *_AIRFLOW_FLAGS.get(name, [])],
            environment,
            *(("airflow_port", f"{settings.airflow_url}/api/v2/version") if is_server else ()),
        )
        for name in AIRFLOW_SERVICES
        for is_server in [name == "api-server"]
    ]


def write_emr_config(settings: LocalSettings, credentials: Credentials) -> Path:
    """Write what stands in for EMR's image; it holds the dummy keys, so only we may read it."""
    path = settings.emr_dir.with_suffix(".json")
    write_private(path, json.dumps(emr_config(settings, credentials), indent=1))
    return path


def emr_config(settings: LocalSettings, credentials: Credentials) -> dict[str, object]:
    """Where the image's Delta jars are on this machine, and what Spark needs on a laptop."""
    delta = sorted(str(jar) for jar in (settings.jars_dir / "delta").glob("*.jar"))
    storage = [jar for jar in delta if Path(jar).name.startswith("delta-storage")]
    spark = [jar for jar in delta if jar not in storage]
    return {
        "spark_submit": str(Path(sys.executable).parent / "spark-submit"),
        "python": sys.executable,
        "spark_conf": spark_conf(settings),
        "image_paths": {
            f"{_DELTA_IMAGE_DIR}/delta-spark.jar": ",".join(spark),
            f"{_DELTA_IMAGE_DIR}/delta-storage.jar": ",".join(storage),
        },
        "environment": {
            **aws_environment(settings, credentials),
            "SPARK_LOCAL_IP": HOST,
        },
    }


def spark_conf(settings: LocalSettings) -> dict[str, str]:
    """Spark's properties on this machine: loopback only, and S3A where the lake is on S3."""
    conf = {
        "spark.driver.host": HOST,
        "spark.driver.bindAddress": HOST,
        "spark.ui.enabled": "false",
        # An hour of a laptop is a small job: the second compiler would use more CPU than it saves
        # (39 s instead of 48 s for 209,000 rows on 2 cores). The first one's own code cache of
        # 48 MB was full after a silver hour, which turns compiling off for good.
        "spark.driver.extraJavaOptions": (
            "-XX:+UseParallelGC -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m"
        ),
        "spark.sql.warehouse.dir": (settings.state_dir / "spark-warehouse").as_uri(),
    }
    if settings.lake is LakeKind.S3:
        conf |= {
            "spark.driver.extraClassPath": f"{settings.jars_dir}/s3a/*",
            # The jobs spell s3:// as on EMR.
            "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
            "spark.hadoop.fs.s3a.endpoint": settings.s3_url,
            "spark.hadoop.fs.s3a.endpoint.region": REGION,
            "spark.hadoop.fs.s3a.path.style.access": "true",
            "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
        }
    return conf
