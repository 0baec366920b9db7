"""The first screen of an audit: what is trained, on what, and a verdict that one can act on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from llmlineage.audit import Audit, Category, Finding, Named
from llmlineage.audit.configs import DatasetUse, ModelUse
from llmlineage.graph.lineage import Edge
from llmlineage.graph.terms import NOTICE
from llmlineage.graph.terms.licences import Licence
from llmlineage.render import words
from llmlineage.render.marks import length
from llmlineage.render.tree import Paint, plain
from llmlineage.render.wrapping import indented
from llmlineage.visible import brief, shorten, visible

SECTIONS = ("licences", "writers", "benchmarks", "double", "unknown")
# The questions of the verdict, in its order, and the category that answers each.
QUESTIONS: tuple[tuple[str, Category], ...] = (
    ("non-commercial", "noncommercial"),
    ("provider terms", "provider-terms"),
    ("share-alike", "share-alike"),
    ("no derivatives", "no-derivatives"),
    ("model licence", "model-licence"),
    ("no licence stated", "no-licence"),
    ("benchmark test", "benchmark-test"),
    ("benchmark train", "benchmark-train"),
    ("counted twice", "double-counted"),
    ("unreleased", "unreleased"),
    ("undisclosed", "undisclosed"),
    ("not looked up", "unread"),
    ("no record", "no-record"),
)
WIDEST_QUESTION = max(len(question) for question, _ in QUESTIONS)
SPLITS: dict[str, str] = {
    "test": "test items",
    "validation": "validation items",
    "unknown": "split not said",
    "train": "",
}
# Datasets of a config, splits of one dataset, and its writers, beyond so many are counted.
MOST_NAMED = 12
MOST_PARTS = 3
MOST_WRITERS = 2
# For so many names without a record are near ones looked for.
MOST_NEAR = 20
# Longer names are cut; JSON has them whole.
LONGEST = 200
# A terminal of fewer columns has no room for a second column.
ROOMY = 70
Closest = Callable[[Named], Sequence[str]]


def text(
    audit: Audit,
    licences: Mapping[str, Licence],
    closest: Closest,
    paint: Paint = plain,
    width: int | None = None,
    sections: Iterable[str] = (),
    full: bool = False,
) -> Iterator[str]:
    """What ``llmlineage audit`` prints of one config: the first screen, then the sections asked for."""
    wanted = SECTIONS if full else tuple(one for one in SECTIONS if one in sections)
    yield from heading(audit, paint, width)
    yield from named_lines(audit, closest, paint, width, full)
    yield ""
    yield from verdict(audit, licences, paint, width)
    if wanted:
        from llmlineage.render.audit_sections import section_lines  # what most calls do not show

        for section in wanted:
            yield from section_lines(section, audit, paint, width, full or len(wanted) == 1)
    yield ""
    if not wanted:
        yield from indented(f"More: --section {'|'.join(SECTIONS)}, --full", "", width)
    yield from indented(NOTICE, "", width)


def heading(audit: Audit, paint: Paint, width: int | None) -> Iterator[str]:
    config = audit.config
    guessed = ", guessed by its shape" if config.guessed else ""
    merge = f"merge: {quoted(config.merge)}" if config.merge else ""
    trains = config.trains if config.trains != "merge" or not merge else ""
    how = ", ".join(filter(None, (quoted(trains or ""), quoted(config.adapter or ""), merge)))
    file, rest = paint(brief(config.file), "root"), f"{config.framework}{guessed}{f', {how}' if how else ''}"
    yield from hanging(rest, f"{file}: ", "  ", width)
    if config.license:
        yield f"  declares the licence {quoted(config.license)}"
    if not audit.models and not audit.datasets:
        yield "  names no dataset and no model"
    for remark in config.remarks:
        yield from indented(brief(remark), "  ", width)


def named_lines(audit: Audit, closest: Closest, paint: Paint, width: int | None, full: bool) -> Iterator[str]:
    """One entry a dataset and model: what it is called, rows, own licence, who wrote it."""
    sought = set(islice(audit.nameless, MOST_NEAR))
    for title, these in (("Models", audit.models), ("Datasets", audit.datasets)):
        if these:
            yield paint(title, "heading")
            grouped = together(these)
            shown = grouped if full else grouped[:MOST_NAMED]
            for group in shown:
                near = closest(group[0]) if group[0].name in sought else ()
                yield from hanging(entry(group, near, paint, full), "  ", "      ", width)
            if len(shown) < len(grouped):
                yield f"  and {len(grouped) - len(shown):,} more; --full lists them"


def together(these: Iterable[Named]) -> list[list[Named]]:
    """Entries of one name together, which name several of its splits or subsets."""
    groups: dict[str, list[Named]] = {}
    for one in these:
        groups.setdefault(one.name, []).append(one)
    return list(groups.values())


def told(use: DatasetUse | ModelUse) -> str:
    """Which part a config takes of what it names, how much of it, and for what."""
    if isinstance(use, DatasetUse):
        # All of the one subset that there is goes without saying.
        subset = use.subset if use.subset != "default" else None
        weight = f"x {use.weight}" if use.weight and use.weight != "1.0" else None
        parts = [subset, use.split, weight, "evaluation" if use.role != "train" else None]
    else:
        role = use.role if use.role != "base" else None
        parts = [use.revision if use.revision != "main" else None, use.weight and f"x {use.weight}", role]
    return ", ".join(quoted(part) for part in parts if part)


def entry(group: Sequence[Named], near: Sequence[str], paint: Paint, full: bool) -> str:
    one = group[0]
    parts = list(dict.fromkeys(filter(None, (told(each.use) for each in group))))
    few = parts if full else parts[:MOST_PARTS]
    more = [f"and {len(parts) - len(few)} more"] if len(few) < len(parts) else []
    part = f" ({'; '.join((*few, *more))})" if parts else ""
    if one.node is None:
        said = paint("no record", "unknown") + (f"; closest: {', '.join(near)}" if near else "")
        meant = one.use.stands_for if one.use.stands_for != one.name else None
        return f"{quoted(one.name)}{f' = {quoted(meant)}' if meant else ''}{part}: {said}"
    name = paint(quoted(one.name), "name") if is_plain(one.name, one.node.id) else quoted(one.name)
    return f"{name}{part}: {' · '.join(facts(one, paint))}"


def facts(one: Named, paint: Paint) -> Iterator[str]:
    """What stands in the record that one would ask first."""
    if one.node is None:
        return
    if not is_plain(one.name, one.node.id):
        yield paint(one.node.id, "name")
    if one.node.rows is not None:
        yield words.rows(None, one.node)
    yield one.node.license or paint("licence not looked up", "unknown")
    if one.writers:
        few = ", ".join(one.writers[:MOST_WRITERS])
        more = f" and {len(one.writers) - MOST_WRITERS} more" if len(one.writers) > MOST_WRITERS else ""
        yield f"written by {few}{more}"
    if words.unknown(one.node):
        yield paint(words.unknown(one.node), "unknown")


def is_plain(name: str, id: str) -> bool:
    """Whether a name tells the id by itself: that of a repository, but for its letters' case."""
    return name.rpartition("/")[2].lower().replace("_", "-") == id


def quoted(name: str) -> str:
    """A name as a config has it, in marks where its spaces could forge what stands around it; cut if long."""
    shown = shorten(name, LONGEST)
    forges = re.search(r"  |[:;,] |^ | $", shown) or (" " in shown and len(shown) > 60)
    return f"'{shown}'" if forges else shown


def verdict(audit: Audit, licences: Mapping[str, Licence], paint: Paint, width: int | None) -> Iterator[str]:
    """One counted line a question with its weightiest case; then what is ignored, and what was not found."""
    yield paint("Verdict", "heading")
    clear, ignored = [], []
    most = max(Counter(one.category for one in audit.findings).values(), default=0)
    for question, category in QUESTIONS:
        found = [one for one in audit.findings if one.category == category]
        counted = [one for one in found if one.ignored is None]
        ignored += [one for one in found if one.ignored is not None]
        if counted:
            mark = paint(question, "unknown") + " " * (WIDEST_QUESTION - len(question))
            lead = f"  ! {mark} {len(counted):>{len(f'{most:,}')},}  "
            rest = " " * (length(lead) if width is None or width >= ROOMY else 6)
            yield from hanging(case(counted, licences), lead, rest, width)
        elif not found and category != "no-record":  # which the lines above say
            clear.append(question)
    yield from ignored_lines(ignored, paint, width)
    if not any(one.id for one in (*audit.models, *audit.datasets)):
        yield "  nothing is known of what it names"
        return
    named = (one.node for one in (*audit.models, *audit.datasets) if one.node)
    unlooked = [node.id for node in named if node.type == "model" and not node.license]
    if unlooked and "model licence" in clear:  # which is not to say that it asks nothing
        clear.remove("model licence")
        said = f"not known: model licence of {', '.join(dict.fromkeys(unlooked))}, not looked up yet"
        yield from hanging(said, "  ", "      ", width)
    if clear:
        among = " in what has a record" if audit.nameless else ""
        yield from hanging(f"none found{among}: {', '.join(clear)}", "  ", "      ", width)


def ignored_lines(these: Sequence[Finding], paint: Paint, width: int | None) -> Iterator[str]:
    """What whoever audits has judged, struck from the verdict and still shown, with the reason."""
    groups: dict[tuple[Category, str], list[str]] = {}
    for one in these:
        groups.setdefault((one.category, one.ignored or ""), []).append(quoted(one.id))
    for (category, reason), ids in groups.items():
        question = next(question for question, answer in QUESTIONS if answer == category)
        said = f"ignored: {paint(question, 'step')} {len(ids):,}: {', '.join(ids[:MOST_PARTS])}"
        more = f" and {len(ids) - MOST_PARTS:,} more" if len(ids) > MOST_PARTS else ""
        yield from hanging(f"{said}{more}: {quoted(reason)}", "  - ", "      ", width)


def case(found: Sequence[Finding], licences: Mapping[str, Licence]) -> str:
    """The weightiest case, and the licences of the others where each of them asks something of its own."""
    first = found[0]
    said = of_finding(first, licences)
    if first.category not in ("provider-terms", "model-licence"):
        return said
    names = dict.fromkeys(series(licences[one.license]) for one in found if one.license)
    others = [name for name in names if name != series(licences[first.license or ""])]
    return f"{said}; also {', '.join(others)}" if others else said


def series(licence: Licence) -> str:
    """A licence without the date of its version."""
    return licence.id.removesuffix(f"-{licence.effective}")


def of_finding(one: Finding, licences: Mapping[str, Licence]) -> str:
    """One case in words: what is at fault, what it asks, by which way it comes."""
    if one.category == "double-counted":
        return f"{one.id} ({one.shares}) by {' and '.join(one.entries[:MOST_PARTS])}"
    licence = licences.get(one.license or "") if one.category != "no-licence" else None
    under = SPLITS.get(one.split or "", "")
    if licence:
        under = f"{licence.id} of its weights" if one.reading else licence.id
    asked = ""
    if licence and one.category == "model-licence" and licence.summary:
        asked = f": {licence.summary.rstrip('.')}"
    way = f" {way_down(one.via)}" if one.via else ""
    return f"{quoted(one.id)}{f' ({under})' if under else ''}{way}{asked}"


def way_down(via: Sequence[Edge]) -> str:
    """From what is at fault down to what the config names: the first step in words, the middle left out."""
    if not via:
        return ""
    first, last = via[-1].child, via[0].child
    further = "" if len(via) == 1 else f" > {last}" if len(via) == 2 else f" … > {last}"
    return f"{words.step(via[-1], 'down')} {first}{further}"


def hanging(text: str, first: str, rest: str, width: int | None) -> list[str]:
    """A text after ``first``, on as many lines as it needs, each further one after ``rest``; a word is
    never broken."""
    lines = [first]
    for word in visible(text).split(" "):
        room = width is None or length(lines[-1]) + length(word) <= width
        if room or lines[-1] == rest:
            lines[-1] += f"{word} "
        else:
            lines.append(f"{rest}{word} ")
    return [line.rstrip() for line in lines]


def summary(audits: Sequence[Audit]) -> str:
    """One line on many configs."""
    total = [one for audit in audits for one in (*audit.models, *audit.datasets)]
    known = sum(one.id is not None for one in total)
    names = words.plural(len(total), "name")
    return f"{words.plural(len(audits), 'config')}, {known:,} of {names} with a record"
