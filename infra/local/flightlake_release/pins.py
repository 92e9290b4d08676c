"""The versions that the project names: in pyproject.toml, requirements.txt and the lock."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_LOCKED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)")
_VIA = re.compile(r"^ +# +(?:via +)?(?P<by>[\w.-]+)")


@dataclass(frozen=True)
class Locked:
    """A package of the lock, and which packages brought it there."""

    name: str
    version: str
    needed_by: frozenset[str]


def pins(lines: Iterable[str]) -> dict[str, str]:
    """The version of each package that is pinned to one, by its name; options are passed over."""
    found: dict[str, str] = {}
    for line in lines:
        text = line.partition("#")[0].strip()
        if not text or text.startswith("-"):
            continue
        wanted = Requirement(text)
        for specifier in wanted.specifier:
            if specifier.operator == "==":
                found[canonicalize_name(wanted.name)] = specifier.version
    return found


def key_versions(pyproject: str) -> dict[str, str]:
    """What a release was made for: Airflow, its Amazon provider, Spark, Delta, GX."""
    project = tomllib.loads(pyproject)
    groups: Mapping[str, list[Any]] = project["dependency-groups"]
    named = pins([*project["project"]["dependencies"], *groups["local"], *groups["jobs"]])
    return {
        "airflow": named["apache-airflow"],
        "amazon-provider": named["apache-airflow-providers-amazon"],
        "spark": named["pyspark"],
        "delta": named["delta-spark"],
        "great-expectations": named["great-expectations"],
    }


def relaxed(requirements: Mapping[str, str], constraints: Mapping[str, str]) -> dict[str, str]:
    """The pins that another Airflow's constraints contradict, with what those say instead."""
    return {
        name: constraints[name]
        for name, version in requirements.items()
        if constraints.get(name, version) != version
    }


def locked(lock: str) -> list[Locked]:
    """The packages of a lock that uv wrote, with its notes of who needs them."""
    found: list[Locked] = []
    for line in lock.splitlines():
        if pin := _LOCKED.match(line):
            found.append(Locked(canonicalize_name(pin["name"]), pin["version"], frozenset()))
        elif found and (via := _VIA.match(line)) and via["by"] != "via":
            last = found[-1]
            by = last.needed_by | {canonicalize_name(via["by"])}
            found[-1] = Locked(last.name, last.version, by)
    return found


def needed_for(roots: Iterable[str], packages: Iterable[Locked]) -> list[Locked]:
    """The packages of a lock that are among the roots, or that one of them needs."""
    packages, names = list(packages), set(roots)
    while more := {each.name for each in packages if each.needed_by & names} - names:
        names |= more
    return [each for each in packages if each.name in names]
