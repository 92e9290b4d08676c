"""A job run's request into the spark-submit command that runs it. Pure: starts nothing."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from emr_serverless_local.attempt_files import Download
from emr_serverless_local.errors import ValidationException
from emr_serverless_local.settings import Settings

# Options of spark-submit that name files, and the properties that say the same.
FILE_OPTIONS = {
    "--py-files": "spark.submit.pyFiles",
    "--jars": "spark.jars",
    "--files": "spark.files",
    "--archives": "spark.archives",
}
# Short options that are a Spark property under another name.
OPTION_PROPERTIES = {
    "--driver-memory": "spark.driver.memory",
    "--driver-cores": "spark.driver.cores",
    "--executor-memory": "spark.executor.memory",
    "--executor-cores": "spark.executor.cores",
    "--num-executors": "spark.executor.instances",
    "--name": "spark.app.name",
    **FILE_OPTIONS,
}
PLATFORM_OPTIONS = {"--master", "--deploy-mode"}
PLATFORM_PROPERTIES = {"spark.master", "spark.submit.deployMode"}
OTHER_VALUE_OPTIONS = {
    "--class",
    "--packages",
    "--exclude-packages",
    "--repositories",
    "--driver-class-path",
    "--driver-java-options",
    "--driver-library-path",
}
SWITCHES = {"--verbose", "-v", "--supervise"}
# The service names Spark's application after the job run; of a local master Spark asks this.
APPLICATION_ID = "spark.test.appId"
DRIVER_ENVIRONMENT = "spark.emr-serverless.driverEnv."
# A job gets these from the server's own environment and nothing else: what works here by the
# grace of the caller's shell would fail on EMR.
INHERITED_VARIABLES = ("HOME", "JAVA_HOME", "LANG", "LC_ALL", "LOGNAME", "TMPDIR", "TZ", "USER")


@dataclass(frozen=True)
class SparkParameters:
    """sparkSubmitParameters, taken apart: properties in order of say, and what is left."""

    properties: dict[str, str]
    options: list[str]


@dataclass(frozen=True)
class Submission:
    """A spark-submit command, its environment and the files it needs first."""

    argv: list[str]
    environment: dict[str, str]
    downloads: list[Download] = field(default_factory=list)


def parse_parameters(text: str) -> SparkParameters:
    """Take sparkSubmitParameters apart with shell quoting rules but no shell.

    Raise ValidationException for what spark-submit would not take as an option.
    """
    try:
        words = iter(shlex.split(text))
    except ValueError as error:
        raise ValidationException(f"sparkSubmitParameters cannot be parsed: {error}.") from error
    properties: dict[str, str] = {}
    options: list[str] = []
    for word in words:
        option, has_value, value = word.partition("=")
        if option in SWITCHES:
            options.append(option)
            continue
        if not option.startswith("-"):
            raise ValidationException(
                "sparkSubmitParameters holds a word that is not an option; arguments of the job "
                "belong into entryPointArguments."
            )
        if not has_value:
            value = next(words, "")
        if option in {"--conf", "-c"}:
            name, equals, value = value.partition("=")
            if not equals or not name.startswith("spark."):
                raise ValidationException(
                    "sparkSubmitParameters: --conf must be followed by spark.name=value."
                )
            properties[name] = value
        elif option in OPTION_PROPERTIES:
            properties[OPTION_PROPERTIES[option]] = value
        elif option in OTHER_VALUE_OPTIONS:
            options += [option, value]
        elif option not in PLATFORM_OPTIONS:
            raise ValidationException(f"sparkSubmitParameters: unknown option {option[:64]}.")
    return SparkParameters(properties, options)


def requested_properties(
    request: Mapping[str, Any], runtime_configuration: Iterable[Mapping[str, Any]] = ()
) -> dict[str, str]:
    """Return the Spark properties a job run asks for, strongest last to win.

    From weak to strong: the application's runtimeConfiguration, the job's
    applicationConfiguration (both their spark-defaults), sparkSubmitParameters.
    """
    overrides = request.get("configurationOverrides") or {}
    spark = request["jobDriver"]["sparkSubmit"]
    return {
        **_spark_defaults(runtime_configuration),
        **_spark_defaults(overrides.get("applicationConfiguration") or []),
        **parse_parameters(spark.get("sparkSubmitParameters") or "").properties,
    }


def build_submission(
    request: Mapping[str, Any],
    runtime_configuration: Iterable[Mapping[str, Any]],
    settings: Settings,
    run_id: str,
    work_dir: Path,
    server_environment: Mapping[str, str],
) -> Submission:
    """Return the command for one attempt; ``s3://`` files get a place under ``work_dir``."""
    spark = request["jobDriver"]["sparkSubmit"]
    fetch = _Fetcher(work_dir / "fetched", settings.image_paths)
    properties = {
        APPLICATION_ID: run_id,
        **settings.spark_conf,
        **requested_properties(request, runtime_configuration),
    }
    argv = [settings.spark_submit, "--master", settings.master]
    for name, value in properties.items():
        if name in PLATFORM_PROPERTIES or name.startswith(DRIVER_ENVIRONMENT):
            continue
        is_file_list = name in FILE_OPTIONS.values()
        local = fetch.local_list(value) if is_file_list else fetch.in_image(value)
        argv += ["--conf", f"{name}={local}"]
    argv += parse_parameters(spark.get("sparkSubmitParameters") or "").options
    argv.append(fetch.local(spark["entryPoint"]))
    argv += spark.get("entryPointArguments") or []
    return Submission(
        argv, _environment(properties, settings, server_environment), list(fetch.downloads.values())
    )


class _Fetcher:
    """Replaces image paths and remote files by local ones, remembering what is to be fetched."""

    def __init__(self, target_dir: Path, image_paths: Mapping[str, str]) -> None:
        self._target_dir = target_dir
        self._image_paths = image_paths
        self.downloads: dict[str, Download] = {}

    def in_image(self, text: str) -> str:
        """Replace every path of the image in a text, the longest first."""
        if not self._image_paths:
            return text
        longest_first = sorted(self._image_paths, key=len, reverse=True)
        # A path ends where a list, a quote or the text does: /a/b.jar is no part of /a/b.jar2.
        known = "|".join(re.escape(path) for path in longest_first)
        bounded = rf"(?<![\w.-])(?:file://|local://)?({known})(?![\w.-])"
        return re.sub(bounded, lambda match: self._image_paths[match[1]], text)

    def local_list(self, text: str) -> str:
        return ",".join(self.local(part) for part in text.split(",") if part.strip())

    def local(self, url: str) -> str:
        location, hash_sign, alias = self.in_image(url.strip()).partition("#")
        scheme = urlparse(location).scheme
        if scheme in {"s3", "s3a", "s3n"}:
            location = self._fetched(location)
        elif scheme in {"file", "local"}:
            location = unquote(urlparse(location).path)
        return f"{location}{hash_sign}{alias}"

    def _fetched(self, url: str) -> str:
        if url not in self.downloads:
            # A folder for each keeps the name, which is the module's name for a .py file.
            folder = self._target_dir / str(len(self.downloads))
            path = folder / Path(unquote(urlparse(url).path)).name
            self.downloads[url] = Download(url, str(path))
        return self.downloads[url].path


def _spark_defaults(configurations: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for configuration in configurations:
        if configuration["classification"] == "spark-defaults":
            merged.update(configuration.get("properties") or {})
    return merged


def _environment(
    properties: Mapping[str, str], settings: Settings, server_environment: Mapping[str, str]
) -> dict[str, str]:
    inherited = {
        name: server_environment[name] for name in INHERITED_VARIABLES if name in server_environment
    }
    asked_for = {
        name.removeprefix(DRIVER_ENVIRONMENT): value
        for name, value in properties.items()
        if name.startswith(DRIVER_ENVIRONMENT)
    }
    # spark-submit of a virtual environment looks for pyspark with the first python on PATH.
    submit_dir = str(Path(settings.spark_submit).parent) if "/" in settings.spark_submit else ""
    path = ":".join(filter(None, [submit_dir, server_environment.get("PATH", "/usr/bin:/bin")]))
    return {
        **inherited,
        "PATH": path,
        **settings.environment,
        **asked_for,
        # The local Python stands in for the one that the image, or the job's archive, holds.
        "PYSPARK_PYTHON": settings.python,
        "PYSPARK_DRIVER_PYTHON": settings.python,
    }
