"""Cards read from the Hub, one name after another, until they lead to records or to nothing.

The library of the Hub is asked for its address (HF_ENDPOINT), its session and the token of its own login,
which is sent to the Hub alone and stands in no message and no file of ours. What a card says is kept by its
revision, and used again where the Hub cannot be reached.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl

from llmlineage.audit.configs import card
from llmlineage.edition import Edition, open_edition
from llmlineage.edition.extend import Extension, extend
from llmlineage.edition.ondemand import cache_folder
from llmlineage.errors import ConfigError, InvalidEdition, MissingExtra
from llmlineage.graph.names import find
from llmlineage.hub import declared, resolve
from llmlineage.hub.harvest import NAME, graph_of
from llmlineage.hub.snapshot import COLUMNS, KEPT, Snapshot
from llmlineage.keys import name_key
from llmlineage.version import __version__

Repository = tuple[str, str]
"""The type, dataset or model, and OWNER/NAME."""

# What is asked of one repository, and of all: a Hub that is slow, or cards that lead on for ever, end here.
TRIES = 3
SECONDS_TO_CONNECT, SECONDS_SILENT, SECONDS_OF_ONE, SECONDS_OF_ALL = 5.0, 10.0, 20.0, 120.0
MOST_BYTES = 5_000_000
MOST_REPOSITORIES = 500
# So many repositories one after another that get no answer mean that there is no Hub.
MOST_SILENT = 3
AT_ONCE = 8
_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_REVISION = re.compile(r"[0-9a-f]{7,64}")
_EXPANDED = ("cardData", "sha", "tags", "createdAt", "gated")


@dataclass(frozen=True)
class Card:
    """What the Hub says of a repository. ``note`` says where it comes from, if not from the Hub just now."""

    type: str
    repo: str
    revision: str | None
    card: Mapping[str, Any] | None
    tags: tuple[str, ...] = ()
    created: str | None = None
    gated: bool = False
    note: str = ""


class Unreached(Exception):
    """What became of a request; ``silent`` where nothing answered, ``missing`` where the Hub has no such name."""

    def __init__(self, reason: str, silent: bool = False, missing: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.silent, self.missing = reason, silent, missing


@dataclass
class Reading:
    """One walk over the Hub: what was read, and of each name that was not, why."""

    cards: dict[Repository, Card] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    unreached: dict[Repository, str] = field(default_factory=dict)
    ends: float = field(default_factory=lambda: time.monotonic() + SECONDS_OF_ALL)
    silent: int = 0
    cut: tuple[tuple[str, str], ...] = ()

    @property
    def over(self) -> str:
        """Why no more is asked; empty while more may be."""
        if self.silent >= MOST_SILENT:
            return "the Hub does not answer"
        if time.monotonic() > self.ends:
            return f"{SECONDS_OF_ALL:.0f} s had passed"
        return ""


def walk(base: Edition, names: Iterable[Repository]) -> Reading:
    """Read these repositories and what their cards name, and so on, where ``base`` has no record of it.

    Raises:
        MissingExtra: huggingface_hub is not installed.
    """
    library()
    known = resolve.curated(base)
    reading = Reading()
    waiting, seen = list(dict.fromkeys(names)), set[Repository]()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while waiting:
            seen.update(waiting)
            room = MOST_REPOSITORIES - len(reading.cards) - len(reading.unreached)
            for one in waiting[max(room, 0) :]:
                reading.unreached[one] = f"more than {MOST_REPOSITORIES} names to ask for"
            found = list(pool.map(lambda one: ask(reading, one), waiting[: max(room, 0)]))
            cards = [one for one in found if one]
            waiting = [one for one in named_by(cards, known, reading) if one not in seen]
    return reading


def ask(reading: Reading, wanted: Repository) -> Card | None:
    """The card of one repository: from the Hub, else as it was kept."""
    try:
        if reading.over:
            raise Unreached(reading.over, silent=True)
        found = asked(wanted, reading.ends)
        reading.silent = 0
        keep(wanted, found)
    except Unreached as error:
        reading.silent += error.silent
        kept = None if error.missing else kept_card(wanted)
        if kept is None:
            reading.unreached[wanted] = error.reason
            return None
        found = replace(
            kept, note=f"as of revision {(kept.revision or 'unknown')[:12]}, kept here: {error.reason}"
        )
    reading.cards[found.type, found.repo] = found
    if found.repo.lower() != wanted[1].lower():
        reading.renamed[wanted[1].lower()] = found.repo
    return found


def named_by(cards: Sequence[Card], known: pl.DataFrame, reading: Reading) -> list[Repository]:
    """What cards name that has no record and can be a repository, in their order."""
    if not cards:
        return []
    parts = []
    for type_ in declared.FIELDS:
        rows = frame_of([one for one in cards if one.type == type_])
        fields = [
            pl.col("card").str.json_path_match(f"$.{name}").alias(name) for name in declared.FIELDS[type_]
        ]
        named, _ = declared.named(declared.declarations(rows.lazy().with_columns(fields), type_).collect())
        parts.append(named)
    found = resolve.with_curated(pl.concat(parts), known, "name").filter(pl.col("curated").is_null())
    found = found.filter(pl.col("name").str.contains(f"^{declared.REPOSITORY}$"))
    pairs: list[Repository] = found.select("type", "name").unique(maintain_order=True).rows()
    return [one for one in pairs if one not in reading.cards and one not in reading.unreached]


def frame_of(cards: Sequence[Card]) -> pl.DataFrame:
    """Cards in the columns of a snapshot."""
    rows = [
        {"type": one.type, "repo": one.repo, "card": None if one.card is None else json.dumps(one.card),
         "tags": "\n".join(one.tags), "created": one.created, "gated": one.gated}
        for one in cards
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=COLUMNS)


def edition_of(base: Edition, reading: Reading, folder: Path) -> Edition:
    """An edition, in ``folder``, of ``base`` and what was read; each card is a source of its own."""
    cards = frame_of(list(reading.cards.values())).lazy()
    models, datasets = (cards.filter(pl.col("type") == one) for one in ("model", "dataset"))
    renamed = pl.DataFrame(
        {"name": list(reading.renamed), "renamed": list(reading.renamed.values())},
        schema={"name": pl.String, "renamed": pl.String},
    )
    nodes, edges, reading.cut, _ = graph_of(base, Snapshot(models, datasets, date.today(), "the Hub"), renamed)
    cited = (pl.col("child") + "-card").alias("source")
    nodes = nodes.with_columns((pl.col("id") + "-card").alias("source"))
    # A name alone has no card; it stands in that of the first that names it.
    naming = edges.group_by("parent").agg(by=pl.col("child").first() + "-card")
    nodes = (
        nodes.join(naming, left_on="id", right_on="parent", how="left")
        .with_columns(source=pl.when(pl.col("hub_id").is_null()).then("by").otherwise("source"))
        .drop("by")
    )
    extension = Extension(
        f"{NAME}-now", date.today().isoformat().replace("-", "."), "What cards on the Hub declare",
        nodes.with_columns(pl.col("source").cast(pl.String)), edges.with_columns(cited),
        {"sources": sources_of(nodes, reading), "aliases": aliases_of(base, nodes, reading)},
    )  # fmt: skip
    return open_edition(extend(base, extension, folder, tables=False))


def sources_of(nodes: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    rows = []
    for type_, repo, id in nodes.filter(pl.col("hub_id").is_not_null()).select("type", "hub_id", "id").rows():
        found = reading.cards[type_, repo]
        front = "datasets/" if type_ == "dataset" else ""
        rows.append({
            "id": f"{id}-card", "kind": f"{type_}_card", "url": f"https://huggingface.co/{front}{repo}",
            "title": repo, "published": None, "accessed": date.today().isoformat(), "as_of": found.revision,
        })  # fmt: skip
    names = ("id", "kind", "url", "title", "published", "accessed", "as_of")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))


def aliases_of(base: Edition, nodes: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """The former names that were followed, so that whoever asks by one gets what it is called now."""
    rows = []
    here = {
        (type_, hub_id): id for type_, hub_id, id in nodes.select("type", "hub_id", "id").rows() if hub_id
    }
    for old, new in reading.renamed.items():
        types = [type_ for type_, repo in reading.cards if repo == new]
        for type_ in types:
            match = find(base, new, (f"{type_}s",))
            id = here.get((type_, new)) or (match.id if match else None)
            if id and name_key(old) != name_key(new):
                rows.append({"alias": old, "table": f"{type_}s", "id": id, "kind": "former", "preferred": None,
                             "source": None})  # fmt: skip
    names = dict.fromkeys(("alias", "table", "id", "kind"), pl.String)
    return pl.DataFrame(rows, schema={**names, "preferred": pl.Boolean, "source": pl.String})


def library() -> Any:
    try:
        import huggingface_hub
        import huggingface_hub.constants  # the package gives its modules only once they are imported
    except ImportError as error:
        raise MissingExtra("huggingface_hub", "hub") from error
    return huggingface_hub


def asked(wanted: Repository, ends: float) -> Card:
    """What the Hub says of a repository.

    Raises:
        Unreached: nothing that can be used, after so many tries.
    """
    type_, repo = wanted
    query = "&".join(f"expand={name}" for name in _EXPANDED)
    try:
        body, headers = fetched(f"/api/{type_}s/{quote(repo)}?{query}", ends)
    except Unreached as error:
        if not error.missing or error.reason == MISSING:
            raise
        return readme(wanted, "main", ends)  # what answers has the files and not the listing
    answer = parsed(body)
    found = str(answer.get("id") or answer.get("modelId") or "")
    if not re.fullmatch(declared.REPOSITORY, found):
        raise Unreached("the Hub answered without the name of a repository")
    if found.lower() != repo.lower() and not headers.get("redirected"):
        raise Unreached(f"the Hub answered for another repository, {found}")
    revision = answer.get("sha") if _REVISION.fullmatch(str(answer.get("sha"))) else None
    tags = answer.get("tags")
    one = Card(
        type_, found, revision, kept_fields(answer.get("cardData")),
        tuple(tag for tag in tags if isinstance(tag, str) and tag.startswith(("base_model:", "dataset:")))
        if isinstance(tags, list) else (),
        str(answer["createdAt"])[:10] if answer.get("createdAt") else None,
        answer.get("gated") not in (None, False, "false"),
    )  # fmt: skip
    if "cardData" in answer:
        return one
    try:
        return replace(one, card=readme((type_, found), revision or "main", ends).card)
    except Unreached as error:
        if error.missing:
            return one
        raise


MISSING = "the Hub has no such repository, or does not show it to this login"


def readme(wanted: Repository, revision: str, ends: float) -> Card:
    """The card of a repository from its file."""
    type_, repo = wanted
    front = "datasets/" if type_ == "dataset" else ""
    body, headers = fetched(f"/{front}{quote(repo)}/resolve/{quote(revision)}/README.md", ends)
    try:
        text = body.decode("utf-8-sig").replace("\r\n", "\n")
        matter = card.front_matter(text, Path(f"{repo}/README.md"), keep="last")
    except (UnicodeDecodeError, ConfigError) as error:
        reason = error.problem if isinstance(error, ConfigError) else "is not UTF-8 text"
        raise Unreached(f"its card {reason}") from error
    commit = headers.get("x-repo-commit", "")
    known = commit if _REVISION.fullmatch(commit) else revision if _REVISION.fullmatch(revision) else None
    return Card(type_, repo, known, kept_fields(matter))


def kept_fields(front: object) -> dict[str, Any] | None:
    return {key: front[key] for key in KEPT if key in front} if isinstance(front, dict) else None


def parsed(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreached("the Hub answered with no JSON") from error
    if not isinstance(answer, dict):
        raise Unreached("the Hub answered with no description of a repository")
    return answer


def fetched(path: str, ends: float) -> tuple[bytes, dict[str, str]]:
    """Body and headers of an answer that can be used; asked for again where that may help.

    Raises:
        Unreached: it cannot be had.
    """
    said = Unreached("it was not asked for", silent=True)
    for attempt in range(TRIES):
        if attempt:
            time.sleep(min(0.25 * 2**attempt, max(ends - time.monotonic(), 0)))
        left = min(SECONDS_OF_ONE, ends - time.monotonic())
        if left <= 0:
            break
        try:
            status, body, headers = one_answer(path, time.monotonic() + left)
        except Unreached as error:
            said = error
            if not error.silent:
                break
            continue
        if status == 200:
            return body, headers
        said = refusal(status, headers)
        if status not in _AGAIN:
            break
    raise said


def one_answer(path: str, ends: float) -> tuple[int, bytes, dict[str, str]]:
    hub = library()
    address = hub.constants.ENDPOINT.rstrip("/") + path
    limits = (SECONDS_TO_CONNECT, SECONDS_SILENT, SECONDS_SILENT, SECONDS_TO_CONNECT)
    try:
        with hub.get_session().stream("GET", address, headers=headers_of(hub), timeout=limits) as answer:
            body = b""
            for part in answer.iter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    raise Unreached(f"the Hub answered with more than {MOST_BYTES // 1_000_000} MB")
                if time.monotonic() > ends:
                    raise Unreached("its answer took too long", silent=True)
            headers = {str(key).lower(): str(value) for key, value in answer.headers.items()}
            if answer.history:
                headers["redirected"] = "yes"
            return int(answer.status_code), body, headers
    except Unreached:
        raise
    except Exception as error:  # of the library that the library of the Hub uses, which changes with it
        raise unreached(error) from None  # what it holds of the request has the token in it


def headers_of(hub: Any) -> dict[str, str]:
    """Who asks, and the token of the library's own login, where it has one and may send it unasked."""
    token = None if hub.constants.HF_HUB_DISABLE_IMPLICIT_TOKEN else hub.get_token()
    login = {"Authorization": f"Bearer {token}"} if token else {}
    return {"User-Agent": f"llmlineage/{__version__}", **login}


def unreached(error: Exception) -> Unreached:
    """What kept a request from its answer, in words that hold nothing of the request."""
    name = type(error).__name__
    if "Offline" in name:
        return Unreached("HF_HUB_OFFLINE is set", silent=True)
    if "Timeout" in name:
        return Unreached("it did not answer in time", silent=True)
    if "Redirect" in name:
        return Unreached("the Hub sends in a circle")
    if "Decod" in name:
        return Unreached("the Hub's answer is damaged")
    if "InvalidURL" in name or "UnsupportedProtocol" in name:
        return Unreached("HF_ENDPOINT is no address", silent=True)
    return Unreached("the connection failed", silent=True)


def refusal(status: int, headers: Mapping[str, str]) -> Unreached:
    code = headers.get("x-error-code", "")
    is_refused = headers.get("x-error-message", "").startswith("Invalid credentials")
    # Whoever is not logged in is told of no name whether it is there (https://huggingface.co/docs/hub/api).
    if code == "RepoNotFound" or (status == 401 and not code and not is_refused):
        return Unreached(MISSING, missing=True)
    if code == "GatedRepo":
        return Unreached("it is gated, and this login has not been let in")
    if status in (401, 403):
        return Unreached("the Hub refused the login; 'hf auth login' makes a new one")
    if status == 404:
        return Unreached("the Hub has no such page", missing=True)
    return Unreached(f"the Hub answered with status {status}", silent=status >= 500)


def place_of(wanted: Repository) -> Path | None:
    """Where what is known of a repository is kept, for each Hub of its own; None for no plain name."""
    type_, repo = wanted
    if not re.fullmatch(declared.REPOSITORY, repo):
        return None
    hub = hashlib.sha256(library().constants.ENDPOINT.encode()).hexdigest()[:12]
    # The one name below, since a repository may be called as a file is.
    return cache_folder() / "cards" / hub / f"{type_}s" / repo.lower().replace("/", "--")


def keep(wanted: Repository, found: Card) -> None:
    """Keep a card by its revision, and under the name by which it was asked for; where nothing can be kept,
    it is read again another time."""
    try:
        for name in {wanted[1].lower(), found.repo.lower()}:
            place = place_of((found.type, name))
            if place is None or found.revision is None:
                continue
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
            put(place / f"{found.revision}.json", json.dumps(vars(found)))
            put(place / "latest", found.revision)
    except (OSError, InvalidEdition):
        return


def put(path: Path, text: str) -> None:
    handle, aside = tempfile.mkstemp(dir=path.parent)
    os.close(handle)
    Path(aside).write_text(text, encoding="utf-8")
    Path(aside).replace(path)


def kept_card(wanted: Repository) -> Card | None:
    """The card as it was last read; None where it never was, or what was kept is damaged."""
    try:
        place = place_of(wanted)
        if place is None:
            return None
        revision = (place / "latest").read_text(encoding="utf-8")
        if not _REVISION.fullmatch(revision):
            return None
        kept = json.loads((place / f"{revision}.json").read_text(encoding="utf-8"))
        found = Card(**{**kept, "tags": tuple(kept["tags"])})
    except (OSError, ValueError, TypeError, KeyError, RecursionError, InvalidEdition):
        return None
    sound = isinstance(found.card, (dict, type(None))) and all(isinstance(tag, str) for tag in found.tags)
    return found if sound and re.fullmatch(declared.REPOSITORY, str(found.repo)) else None


def told(reading: Reading) -> Iterator[str]:
    """What was not reached and what was not fresh, a line each."""
    for (type_, repo), reason in sorted(reading.unreached.items()):
        yield f"not reached: {repo} ({type_}): {reason}"
    for one in sorted(reading.cards.values(), key=lambda one: one.repo):
        if one.note:
            yield f"{one.repo}: {one.note}"
    for child, parent in reading.cut:
        yield f"left out: that {child} was made from {parent}, which would close a circle"
