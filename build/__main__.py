"""The release pipeline: ``python build`` makes ``dist/``, ``python build publish`` pushes it to the Hub."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

# The checkout that is being released, whether or not it is installed.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from llmlineage.errors import LineageError, MissingExtra

ROOT = Path(__file__).resolve().parent.parent
EXTRA = "release"  # brings all that the pipeline needs, whatever lacks first

try:
    import click

    from llmlineage.cli import Failure
except ImportError as lacking:
    sys.exit(f"python build: {MissingExtra(lacking.name or 'a library', EXTRA)}")


class Pipeline(click.Group):
    """A group that turns the errors its user can mend into one message and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (LineageError, ImportError) as error:
            if os.environ.get("LLMLINEAGE_DEBUG"):
                raise
            raise Failure(str(in_the_pipeline(error))) from error


def in_the_pipeline(error: Exception) -> Exception:
    """The error as it stands; for any library that lacks, the one extra that brings them all."""
    if isinstance(error, MissingExtra) and error.extra == "browser":
        return error  # which only pictures need
    if isinstance(error, MissingExtra):
        return MissingExtra(error.library, EXTRA)
    if isinstance(error, ImportError):
        return MissingExtra((error.name or str(error)).partition(".")[0], EXTRA)
    return error


@click.group(
    cls=Pipeline, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option(
    "--package",
    type=click.Path(path_type=Path),
    default=ROOT,
    metavar="PATH",
    help="The data package to release. By default the one of this repository.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=ROOT / "dist",
    metavar="DIR",
    help="Where 'edition', 'hub' and 'site' are made. By default 'dist' in this repository.",
)
@click.pass_context
def main(ctx: click.Context, package: Path, output: Path) -> None:
    """Validate the data package, compile it, and make the folders that are published.

    \b
    Examples:
      python build
      python build --package my-package --output out
      python build publish --repo ORG/NAME --dry-run
    """
    ctx.obj = output
    if ctx.invoked_subcommand is None:
        release(package, output)


def release(package_path: Path, output: Path) -> None:
    """The pipeline: validate, compile to ``edition``, add a card for ``hub``, and write ``site``."""
    from card import dataset_card

    from llmlineage.edition.compile import build_edition
    from llmlineage.package import read_package

    edition = build_edition(package_path, output / "edition")
    click.echo(f"{edition}: {count_and_size(edition)}")
    card = dataset_card(read_package(package_path), edition)
    hub = write_hub(edition, card, output / "hub")
    click.echo(f"{hub}: {count_and_size(hub)}")
    site = write_page(edition, output / "site")
    click.echo(f"{site}: {count_and_size(site)}")


def write_page(edition: Path, folder: Path) -> Path:
    """The explorer as a static site, from the edition as it was compiled."""
    from llmlineage.edition import DESCRIPTOR, open_edition
    from llmlineage.edition.swap import replacing
    from llmlineage.explorer.site import write_site

    with replacing(folder) as new:
        write_site(open_edition(edition), new)
        # Of which edition it is; by it a later build knows what it may replace.
        shutil.copyfile(edition / DESCRIPTOR, new / DESCRIPTOR)
    return folder


def write_hub(edition: Path, card: str, folder: Path) -> Path:
    """What is published: the files of the edition, and the dataset card."""
    from llmlineage.edition.swap import replacing

    with replacing(folder) as new:
        for file in sorted(edition.iterdir()):
            shutil.copyfile(file, new / file.name)
        (new / "README.md").write_text(card, encoding="utf-8")
    return folder


def count_and_size(folder: Path) -> str:
    sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    return f"{len(sizes)} files, {sum(sizes) / 1000:,.1f} kB"


@main.command(name="readme")
@click.pass_obj
def readme_command(output: Path) -> None:
    """Rewrite the outputs that README.md and docs/ show, from the edition in this repository.

    \b
    Examples:
      python build readme
    """
    from readme import pages, refreshed

    from llmlineage.edition.compile import build_edition
    from llmlineage.files import replacing

    edition = build_edition(ROOT, output / "edition")
    for page in pages(ROOT):
        with replacing(page) as new:
            new.write_text(refreshed(page.read_text(encoding="utf-8"), edition), encoding="utf-8")


@main.command(name="pictures")
@click.pass_obj
def pictures_command(output: Path) -> None:
    """Take the pictures of docs/explorer.md anew, with Debian's Chromium.

    \b
    Examples:
      python build pictures
    """
    from pictures import take

    from llmlineage.edition.compile import build_edition

    take(build_edition(ROOT, output / "edition"), ROOT / "docs" / "explorer")


@main.command(name="measure")
@click.option(
    "--files",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="A folder that holds files of GitHub repositories as OWNER/REPO/COMMIT/PATH.",
)
@click.pass_context
def measure_command(ctx: click.Context, files: Path | None) -> None:
    """Measure the datasets and derivations that build/rows lists, and write what was found to data/.

    Datasets on the Hub are streamed from there. What cannot be read keeps its rows as they are.

    \b
    Examples:
      python build measure
      python build measure --files path/to/files
    """
    from measured import measure

    assert ctx.parent is not None
    measure(ctx.parent.params["package"], files)


@main.command(name="publish")
@click.option(
    "--repo",
    required=True,
    metavar="ORG/NAME",
    help="The dataset repository on the Hugging Face Hub; it is created where there is none.",
)
@click.option("--dry-run", is_flag=True, help="Say what would change, and stop.")
@click.pass_obj
def publish_command(output: Path, repo: str, dry_run: bool) -> None:
    """Push 'hub' to the Hugging Face Hub, in one commit with a tag of its version.

    Says first which files would change. Run it again after a failure: what has arrived is not sent
    again. The token is that of HF_TOKEN or of 'hf auth login'.

    \b
    Examples:
      python build publish --repo ORG/NAME --dry-run
      python build --output out publish --repo ORG/NAME
    """
    from publish import publish

    publish(output / "hub", repo, dry_run)


if __name__ == "__main__":
    main(prog_name="python build")
