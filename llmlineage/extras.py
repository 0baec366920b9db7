"""How an extra of this package is installed, from wherever the package itself was installed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import shlex
import shutil
import sys
from importlib.metadata import Distribution, PackageNotFoundError
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

NAME = "llmlineage"


def install_command(extra: str) -> str:
    """A line to paste, which brings the libraries of ``extra`` to the Python that runs now."""
    return shlex.join([*installer(), *requirement(extra)])


def installer() -> list[str]:
    """The pip of this Python; uv where it has none, as in an environment that uv made."""
    python = own_python()
    if importlib.util.find_spec("pip") is None:
        return ["uv", "pip", "install", "--python", python]
    return [python, "-m", "pip", "install"]


def own_python() -> str:
    """How this Python is called from a shell in this folder."""
    if shutil.which("python") == sys.executable:
        return "python"
    return str(within_reach(Path(sys.executable))) if sys.executable else "python"


def within_reach(path: Path) -> Path:
    """The path from the working folder where it lies below that, else as it is."""
    try:
        return path.relative_to(Path.cwd())
    except (ValueError, OSError):  # elsewhere; a working folder that is gone
        return path


def requirement(extra: str) -> list[str]:
    """What to ask an installer for: the package with the extra, as it was installed before."""
    try:
        package = importlib.metadata.distribution(NAME)
    except PackageNotFoundError:
        return of_place(source_tree(), extra)
    origin = origin_of(package)
    url = origin.get("url", "")
    if not url:
        return [f"{NAME}[{extra}]"]
    if "vcs_info" in origin:
        return [f"{NAME}[{extra}] @ {address(origin)}"]
    if not url.startswith("file:"):
        return [f"{NAME}[{extra}] @ {url}"]
    path = Path(url2pathname(urlsplit(url).path))
    if not path.exists():
        return libraries(package, extra)
    return of_place(path, extra, editable=origin.get("dir_info", {}).get("editable", False))


def source_tree() -> Path:
    """The folder that holds this package, where it runs without having been installed."""
    return Path(__file__).resolve().parent.parent


def of_place(path: Path, extra: str, *, editable: bool = False) -> list[str]:
    """A folder or a file, written so that no installer takes it for a name."""
    near = within_reach(path)
    place = str(near) if near.is_absolute() or near == Path() else f"./{near}"
    return [*(["-e"] if editable else []), f"{place}[{extra}]"]


def origin_of(package: Distribution) -> dict[str, Any]:
    """What the installer recorded (PEP 610); empty where the package came from an index."""
    try:
        origin = json.loads(package.read_text("direct_url.json") or "{}")
    except ValueError:
        return {}
    return origin if isinstance(origin, dict) else {}


def address(origin: dict[str, Any]) -> str:
    """The address of a repository at the revision that was asked for, as installers write it."""
    how = origin["vcs_info"]
    revision = how.get("requested_revision")
    folder = f"#subdirectory={origin['subdirectory']}" if origin.get("subdirectory") else ""
    # A requirement that has an address (PEP 508) needs a host in it.
    url = origin["url"].replace("file:///", "file://localhost/", 1)
    return f"{how.get('vcs', 'git')}+{url}{f'@{revision}' if revision else ''}{folder}"


def libraries(package: Distribution, extra: str) -> list[str]:
    """The libraries of the extra themselves, where what the package came from is gone."""
    mark = f"extra=='{extra}'"
    listed = (line.partition(";") for line in package.requires or ())
    found = [name.strip() for name, _, when in listed if when.replace(" ", "").replace('"', "'") == mark]
    return found or [f"{NAME}[{extra}]"]
