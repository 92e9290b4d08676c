"""The bill of materials: every package that a release makes MWAA and the Spark jobs run."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from cyclonedx.model import Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from flightlake_release.pins import Locked


def bill_of_materials(
    release: str, made_at: datetime, places: Mapping[str, Iterable[Locked]]
) -> bytes:
    """CycloneDX 1.6 as JSON; it depends on nothing but the arguments.

    Args:
        release: the id of the release.
        made_at: the time of its commit: one of the build would differ with every build.
        places: the packages by where they run; one that runs in two places is one component.
    """
    where: dict[tuple[str, str], list[str]] = {}
    needed_by: dict[tuple[str, str], frozenset[str]] = {}
    for place, packages in places.items():
        for each in packages:
            key = (each.name, each.version)
            where.setdefault(key, []).append(place)
            needed_by[key] = needed_by.get(key, frozenset()) | each.needed_by
    components = {key: _component(*key, ran_at) for key, ran_at in where.items()}
    root = Component(
        name="flightlake", version=release, type=ComponentType.APPLICATION, bom_ref="flightlake"
    )
    bom = Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"flightlake:{release}"),
        metadata=BomMetaData(timestamp=made_at, component=root),
        components=components.values(),
    )
    by_name: dict[str, list[Component]] = {}
    for (name, _), component in components.items():
        by_name.setdefault(name, []).append(component)
    needs: dict[Component, list[Component]] = {each: [] for each in components.values()}
    direct = []
    for key, component in components.items():
        parents = [each for name in needed_by[key] for each in by_name.get(name, [])]
        for parent in parents:
            needs[parent].append(component)
        if not parents or "flightlake" in needed_by[key]:
            direct.append(component)
    bom.register_dependency(root, direct)
    for component, needed in needs.items():
        bom.register_dependency(component, needed)
    return (JsonV1Dot6(bom).output_as_string(indent=1) + "\n").encode()


def _component(name: str, version: str, places: Iterable[str]) -> Component:
    url = PackageURL("pypi", name=name, version=version)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=str(url),
        purl=url,
        properties=[Property(name="flightlake:runs-on", value=place) for place in places],
    )
