"""The environment of every service: the only difference between the laptop and AWS."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from flightlake_local.credentials import LOGINS, Credentials
from flightlake_local.settings import HOST, REGION, ROOT, LakeKind, LocalSettings

OPENSKY_TIER = "licensed"
"""The one tier whose credits last for a world poll every 15 s."""

_TOKEN_PATH = "/auth/realms/opensky-network/protocol/openid-connect/token"  # noqa: S105

# A shell's own AWS profile, Airflow or Python path must not change what the stack does; and
# without bytecode files the API server imports for 4.4 s instead of 1.7 s.
_UNWANTED_PREFIXES = ("AIRFLOW", "AWS_", "FLIGHTLAKE_", "SPARK_", "PYTHONPATH", "PYTHONHOME")
_UNWANTED = {"PYTHONDONTWRITEBYTECODE"}


def inherited() -> dict[str, str]:
    """What services take over from the shell, with the virtual environment first on the path."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_UNWANTED_PREFIXES) and name not in _UNWANTED
    }
    # spark-submit finds pyspark only where the environment is first on the path.
    kept["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    # Everything is on loopback; a proxy of the shell's would only be in the way.
    kept["NO_PROXY"] = kept["no_proxy"] = f"{HOST},localhost"
    kept["PYTHONUNBUFFERED"] = "1"
    return kept


def aws_environment(settings: LocalSettings, credentials: Credentials) -> dict[str, str]:
    """Dummy keys and the local endpoints; that of S3 only where the lake is on S3."""
    environment = {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": credentials.aws_access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.aws_secret_access_key,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL_EMR_SERVERLESS": settings.emr_url,
    }
    if settings.lake is LakeKind.S3:
        environment["AWS_ENDPOINT_URL_S3"] = settings.s3_url
    return environment


def flightlake_environment(settings: LocalSettings, application_id: str) -> dict[str, str]:
    """The DAGs' own settings; what is not here has the same default as on AWS."""
    return {
        "FLIGHTLAKE_LAKE_URL": settings.lake_url,
        "FLIGHTLAKE_CODE_URL": settings.code_url,
        "FLIGHTLAKE_EMR_APPLICATION_ID": application_id,
        "FLIGHTLAKE_EMR_WAIT_DELAY_S": "1",
        "FLIGHTLAKE_POLL_SECONDS": str(settings.poll_seconds),
        "FLIGHTLAKE_POLL_SOURCE": "simulator",
        "FLIGHTLAKE_AIRPORTS_SOURCE": f"{settings.simulator_url}/datasets/airports.csv",
        "FLIGHTLAKE_RUNWAYS_SOURCE": f"{settings.simulator_url}/datasets/runways.csv",
        "FLIGHTLAKE_AIRCRAFT_SOURCE": (
            f"{settings.simulator_url}/datasets/metadata/aircraft-database-complete.csv"
        ),
        # A person waits: the first retry comes at once.
        "FLIGHTLAKE_RETRY_DELAY_S": "5",
    }


def connections(settings: LocalSettings, credentials: Credentials) -> dict[str, str]:
    """Airflow's two connections, as JSON."""
    opensky = {
        "conn_type": "opensky",
        "host": f"{settings.simulator_url}/api",
        "login": credentials.opensky_client_id,
        "password": credentials.opensky_client_secret,
        "extra": {
            "auth_url": f"{settings.simulator_url}{_TOKEN_PATH}",
            "tier": OPENSKY_TIER,
            # Simulated credits need no reserve.
            "credit_floor": 0,
        },
    }
    aws = {
        "conn_type": "aws",
        "login": credentials.aws_access_key_id,
        "password": credentials.aws_secret_access_key,
        "extra": {"region_name": REGION},
    }
    return {
        "AIRFLOW_CONN_OPENSKY_DEFAULT": json.dumps(opensky),
        "AIRFLOW_CONN_AWS_DEFAULT": json.dumps(aws),
    }


def airflow_environment(
    settings: LocalSettings, credentials: Credentials, database_url: str, passwords_file: Path
) -> dict[str, str]:
    """Airflow's settings: those of a small machine that wants to see a change within seconds."""
    values = {
        "CORE__DAGS_FOLDER": ROOT / "dags",
        "CORE__PLUGINS_FOLDER": ROOT / "plugins",
        "CORE__LOAD_EXAMPLES": False,
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": 8,
        # The commands decide when a new DAG starts: a backfill must come before its first run.
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": True,
        "CORE__FERNET_KEY": credentials.fernet_key,
        "CORE__EXECUTION_API_SERVER_URL": f"{settings.airflow_url}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{login}:{login}" for login in LOGINS),
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": passwords_file,
        "CORE__TEST_CONNECTION": "Enabled",
        "CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": 1,
        "DATABASE__SQL_ALCHEMY_CONN": database_url,
        "API__HOST": HOST,
        "API__PORT": settings.airflow_port,
        "API__BASE_URL": settings.airflow_url,
        "API__SECRET_KEY": credentials.api_secret_key,
        "API_AUTH__JWT_SECRET": credentials.jwt_secret,
        # A threshold under twice the heartbeat makes a living scheduler mark itself failed.
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": 0.2,
        "SCHEDULER__SCHEDULER_HEARTBEAT_SEC": 1,
        "SCHEDULER__JOB_HEARTBEAT_SEC": 2,
        "SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": 10,
        "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": 10,
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": 30,
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": 5,
        "SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL": 5,
        "TRIGGERER__JOB_HEARTBEAT_SEC": 2,
        "TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": 10,
        # A changed file is parsed at the next look at the folder, whatever the interval says.
        "DAG_PROCESSOR__REFRESH_INTERVAL": 2,
        "DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": 1,
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": 30,
        "DAG_PROCESSOR__PARSING_PROCESSES": 1,
        "USAGE_DATA_COLLECTION__ENABLED": False,
    }
    environment = {f"AIRFLOW__{name}": str(value) for name, value in values.items()}
    return {
        **inherited(),
        "AIRFLOW_HOME": str(settings.airflow_home),
        **environment,
        **connections(settings, credentials),
        **aws_environment(settings, credentials),
    }
