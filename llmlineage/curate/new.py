"""An empty data package of one's own, to be laid over the published record."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path
from string import Template

from llmlineage.errors import OutputRefused
from llmlineage.package import DESCRIPTOR, ON_TOP, TABLES, known_schema

_NAME = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
LONGEST = 60
PUBLISHED = "llmlineage"
README = Template("""# $name

A data package of [llmlineage](https://github.com/llmlineage/llmlineage), laid over its published record: rows
here may point at published records by their ids (`llmlineage search TEXT` finds them), and never change one.

What you know goes into the tables of `data/`, each fact with the document that says it. In this folder:

```sh
llmlineage add source --id our-notes --kind documentation --title "How we made it" --url https://example.org/our-notes
llmlineage add dataset --id $name-sft --name "$title SFT" --kind instruction --status unreleased \\
  --upstream complete --source our-notes
llmlineage add edge --child $name-sft --parent alpaca --parent gsm8k --relation includes --basis stated --source our-notes
```

Then check it, compile it, and ask:

```sh
llmlineage validate .
llmlineage build . -o edition
llmlineage --edition edition trace $name-sft
```

Every other command takes the same `--edition edition`, `audit` too. To have it everywhere, set
`LLMLINEAGE_EDITION` to the path of `edition`, or write `edition = "edition"` into an `llmlineage.toml` here
or at the root of your repository. `llmlineage add KIND -h` says what each column means.
""")


def new_package(folder: Path, name: str | None = None) -> Path:
    """Write an empty valid package into a new ``folder``, whose name is the package's unless ``name`` is given.

    Raises:
        OutputRefused: the name is none that a package can have, or the folder is there already.
    """
    name = folder.name if name is None else name
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        advice = "name it in small letters, digits, hyphens and dots, such as acme-lineage"
        raise OutputRefused(folder, f"{name!r} is no name of a package; {advice}")
    if name == PUBLISHED:
        raise OutputRefused(folder, f"{name} is the name of the published package; give yours one of its own")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputRefused(folder, "is there already, and not empty; name a new folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        write(aside, name)
        aside.chmod(0o755)  # mkdtemp makes it private
        if folder.exists():
            folder.rmdir()
        aside.rename(folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return folder


def write(folder: Path, name: str) -> None:
    """The descriptor, schemas, tables that hold a header alone, and a README."""
    for part in ("schemas", "data"):
        (folder / part).mkdir()
    for table in TABLES:
        schema = known_schema(table)
        text = json.dumps(schema, indent=2, ensure_ascii=False)
        (folder / "schemas" / f"{table}.json").write_text(f"{text}\n", encoding="utf-8")
        header = ",".join(field["name"] for field in schema["fields"])
        (folder / "data" / f"{table}.csv").write_text(f"{header}\n", encoding="utf-8", newline="\n")
    text = json.dumps(descriptor_of(name), indent=2, ensure_ascii=False)
    (folder / DESCRIPTOR).write_text(f"{text}\n", encoding="utf-8")
    words = re.split("[.-]", name)
    title = " ".join(words[:-1] if words[-1] == "lineage" and len(words) > 1 else words).capitalize()
    (folder / "README.md").write_text(README.substitute(name=name, title=title), encoding="utf-8")


def descriptor_of(name: str) -> dict[str, object]:
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "title": name,
        "description": "Lineage of our own, over the published record of llmlineage.",
        "version": "0.1.0",
        ON_TOP: True,
        "resources": [
            {
                "name": table,
                "type": "table",
                "title": known_schema(table)["title"],
                "description": known_schema(table)["description"],
                "path": f"data/{table}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": f"schemas/{table}.json",
            }
            for table in TABLES
        ],
    }
