"""A data package of one's own over a published edition."""

from __future__ import annotations

from pathlib import Path

from llmlineage.checks import require_valid
from llmlineage.edition import Edition
from llmlineage.edition.beneath import finding
from llmlineage.edition.compile import commit_of
from llmlineage.edition.extend import Extension, extend, layers_without
from llmlineage.edition.frames import edges_of, nodes_of, read_table
from llmlineage.package import Package, read_package

_IN_THE_GRAPH = ("datasets", "models", "derivations", "generations", "trainings", "adaptations")


def build_over(base: Edition, package_path: str | Path, folder: str | Path, validate: bool = True) -> Path:
    """Validate the package at ``package_path`` beside ``base`` and compile both into ``folder``.

    Raises:
        InvalidPackage: the package has errors, or changes what is published; nothing is written.
        InvalidEdition: ``folder`` holds something other than an edition, or ``base`` has the package already.
        OSError: ``folder`` cannot be written.
    """
    layers_without(base, read_package(package_path).name)
    package = require_valid(package_path, finding(base)) if validate else read_package(package_path)
    return extend(base, extension_of(package), folder)


def extension_of(package: Package) -> Extension:
    frames = {name: read_table(table) for name, table in package.tables.items()}
    commit, committed = commit_of(package.root)
    return Extension(
        name=package.name,
        version=package.version,
        title=package.title,
        nodes=nodes_of(frames),
        edges=edges_of(frames),
        tables={name: frame for name, frame in frames.items() if name not in _IN_THE_GRAPH and len(frame)},
        commit=commit,
        committed=committed,
    )
