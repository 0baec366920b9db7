"""A trace as a tree to read: one line a step, a repeated subtree once, a summary at the foot."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from llmlineage.graph.lineage import MEMBER, MEMBER_OF, RELATIONS, ROLES, STAGES, Edge, Node, Trace
from llmlineage.render import words
from llmlineage.render.marks import length
from llmlineage.render.wrapping import indented

# As many plain sources of one record as this stand on lines of their own.
FEWEST_FOLDED = 4
# A tree that is longer stops at the last level that fits.
MOST_LINES = 80
# Where models that wrote text stand, as far as levels go: their own origin is what matters least.
MAKERS_LEVEL = 2
# The mark of a record that stands above itself, which no sound record does.
CIRCLE = "(circle)"
Paint = Callable[[str, str], str]
# Of edges to one record: the weights it starts from, then what it was trained on, then the rest.
_ORDER = {
    relation: place
    for place, relation in enumerate((MEMBER, MEMBER_OF, *RELATIONS[12:], *RELATIONS[11:12], *RELATIONS[:11]))
}


class _Entry(NamedTuple):
    """A line to come: what precedes it, what precedes the lines below it, its step or folded steps."""

    lead: str
    indent: str
    steps: list[Edge]
    level: int


def plain(text: str, _: str) -> str:
    """Paint for output that is not a terminal."""
    return text


class _Tree(NamedTuple):
    """What is drawn and how; ``said`` keeps what was said of a step, which a deeper tree says again."""

    trace: Trace
    paint: Paint
    width: int | None
    show_sources: bool
    dedupe: bool
    fold: bool
    narrowed: bool
    levels: int | None
    nodes: dict[str, Node]
    branches: dict[str, list[Edge]]
    makers: dict[str, list[Edge]]
    said: dict[tuple[int, str, bool], list[str]]
    numbers: dict[str, int]
    printed: set[str]


def tree(
    trace: Trace,
    paint: Paint = plain,
    width: int | None = None,
    sources: bool = False,
    dedupe: bool = True,
    fold: bool = True,
    narrowed: bool = False,
    levels: int | None = None,
) -> Iterator[str]:
    """Yield the lines of the tree.

    Going up, the models that wrote or rated a dataset stand on its own line, and once more with
    their own origin below the tree. ``width`` wraps lines; ``sources`` numbers every step and
    lists what the numbers cite; ``dedupe=False`` repeats subtrees, up to where one
    would stand in itself; ``fold=False`` gives each of many plain sources (a task set or a site
    with nothing above it) a line of its own;
    ``levels`` ends the tree that many steps from the root, with … where it goes on; ``narrowed``
    says that the trace left out steps, so that an empty one does not mean that none is recorded.
    """
    state = _Tree(trace, paint, width, sources, dedupe, fold, narrowed, levels, *_sort(trace), {}, {}, set())
    return _whole(state)


def fitting(
    trace: Trace,
    paint: Paint = plain,
    width: int | None = None,
    sources: bool = False,
    dedupe: bool = True,
    fold: bool = True,
    narrowed: bool = False,
) -> list[str]:
    """The lines of the deepest ``tree`` that fits a few screens; of two levels at least."""
    state = _Tree(trace, paint, width, sources, dedupe, fold, narrowed, 2, *_sort(trace), {}, {}, set())
    lines, levels = list(_whole(state)), 2
    while any("…" in line for line in lines):
        levels += 1
        deeper_state = state._replace(levels=levels, numbers={}, printed=set())
        deeper = list(islice(_whole(deeper_state), max(MOST_LINES, len(lines)) + 1))
        if deeper == lines:  # what looks like a mark is part of a name
            break
        if len(deeper) > MOST_LINES:
            return [*lines, "… stands for what lies further on; --full shows it all"]
        lines = deeper
    return lines


def _whole(state: _Tree) -> Iterator[str]:
    trace = state.trace
    yield from _lines(state, trace.root)
    yield from _makers(state)
    yield ""
    yield from _wrap(list(_summary(trace, state.narrowed)), "", "", state.width, "; ")
    if state.show_sources:
        yield ""
        yield state.paint("Sources", "heading")
        urls = {edge.source.id: edge.source for edge in trace.edges}
        for id, number in state.numbers.items():
            yield f"[{number}] {urls[id].title}"
            yield f"    {urls[id].url}"


def _sort(trace: Trace) -> tuple[dict[str, Node], dict[str, list[Edge]], dict[str, list[Edge]]]:
    """The nodes by id; by near end, the edges that branch and, going up, those to makers of text."""
    nodes = {node.id: node for node in trace.nodes}
    branches, makers = defaultdict[str, list[Edge]](list), defaultdict[str, list[Edge]](list)
    into = defaultdict[str, list[Edge]](list)
    for edge in trace.edges:
        into[edge.parent].append(edge)
    for edge in trace.edges:
        if trace.direction == "down":
            branches[edge.parent].append(edge)
        elif into[edge.child] and all(edge.parent in step.without for step in into[edge.child]):
            continue  # each step that leads here says that it was left out
        elif edge.relation == "generated_by":
            makers[edge.child].append(edge)
        else:
            branches[edge.child].append(edge)
    far = "parent" if trace.direction == "up" else "child"
    for edges in branches.values():
        edges.sort(key=lambda edge: _place(edge, nodes[getattr(edge, far)]))
    return nodes, branches, makers


def _place(edge: Edge, node: Node) -> tuple[object, ...]:
    stage = STAGES.index(edge.stage) if edge.stage else 0
    rows = edge.rows if edge.rows is not None else node.rows or 0
    return (_ORDER[edge.relation], stage, -rows, node.name.casefold(), edge.part or "")


def _makers(state: _Tree) -> Iterator[str]:
    """The models that wrote or rated text, then those that wrote what these were trained on."""
    shown = set[str]()
    while makers := {edge.parent for id in state.printed for edge in state.makers.get(id, ())} - shown:
        if not shown:
            yield ""
            yield state.paint("Models that wrote, rated, filtered or translated text", "heading")
        shown |= makers
        for maker in sorted(makers, key=lambda id: state.nodes[id].name.casefold()):
            yield from _lines(state, maker, MAKERS_LEVEL)


def _lines(state: _Tree, root: str, level: int = 0) -> Iterator[str]:
    """The line of a record, which stands at a ``level``, and, depth first, of all below it."""
    far = "parent" if state.trace.direction == "up" else "child"
    ending = _ending(state, root, level)
    yield from _wrap(_segments(state, None, state.nodes[root], ending), "", "   ", state.width)
    if ending:
        return
    state.printed.add(root)
    above = [root]
    stack = _entries(state, root, "", level + 1)
    while stack:
        entry = stack.pop()
        id = getattr(entry.steps[0], far)
        if len(entry.steps) > 1:
            yield from _wrap(_folded(state, entry.steps), entry.lead, entry.indent + " ", state.width, ", ")
            state.printed.update(step.parent for step in entry.steps)
            continue
        del above[entry.level - level :]
        below = _entries(state, id, entry.indent, entry.level + 1)
        ending = CIRCLE if id in above and not state.dedupe else _ending(state, id, entry.level)
        continues = entry.indent + ("│  " if below and not ending else "   ")
        segments = _segments(state, entry.steps[0], state.nodes[id], ending)
        yield from _wrap(segments, entry.lead, continues, state.width)
        if not ending:
            state.printed.add(id)
            above.append(id)
            stack.extend(below)


def _ending(state: _Tree, id: str, level: int) -> str:
    """The mark of a record whose subtree is not shown: here already, or beyond the last level."""
    has_more = bool(state.branches.get(id))
    if state.dedupe and id in state.printed and (has_more or state.makers.get(id)):
        return "(*)"
    return "…" if has_more and level == state.levels else ""


def _entries(state: _Tree, id: str, indent: str, level: int) -> list[_Entry]:
    """What stands below a record, last first: steps one by one, then its plain sources folded."""
    alone: list[list[Edge]] = []
    folded: dict[str, list[Edge]] = {}
    for step in state.branches.get(id, []):
        if state.fold and _is_plain(state, step):
            folded.setdefault(step.relation, []).append(step)
        else:
            alone.append([step])
    for steps in folded.values():
        alone.extend([steps] if len(steps) > FEWEST_FOLDED else ([step] for step in steps))
    return [
        _Entry(indent + ("├─ " if place else "└─ "), indent + ("│  " if place else "   "), steps, level)
        for place, steps in enumerate(reversed(alone))
    ]


def _is_plain(state: _Tree, step: Edge) -> bool:
    """Whether a step leads to a root of which a name and licence say enough."""
    node = state.nodes[step.parent]
    known = node.upstream in ("root", "undisclosed") and not state.branches.get(node.id)
    return state.trace.direction == "up" and known and node.kind in ("task", "source", "pretraining")


def _folded(state: _Tree, steps: list[Edge]) -> list[str]:
    """Many plain sources on one line: how many, then each with its part and licence."""
    said = state.paint(words.step(steps[0]), "step")
    items = []
    for step in steps:
        node = state.nodes[step.parent]
        along = words.along(step, words.MOST_LEFT_OUT).removeprefix(" (").removesuffix(")")
        more = "; ".join(filter(None, (along, node.license, words.unknown(node))))
        items.append(state.paint(node.name, "name") + (f" ({more})" if more else "") + _cite(state, step))
    return [f"{said} {len(steps)} others: {items[0]}", *items[1:]]


def _segments(state: _Tree, edge: Edge | None, node: Node, ending: str) -> list[str]:
    """What a line says of a record, most important first."""
    if state.show_sources:  # their numbers are those of one tree
        return _said(state, edge, node, ending)
    key = (id(edge), node.id, ending in ("(*)", CIRCLE))
    if key not in state.said:
        state.said[key] = _said(state, edge, node, ending if key[2] else "")
    return [*state.said[key], ending] if ending == "…" else state.said[key]


def _said(state: _Tree, edge: Edge | None, node: Node, ending: str) -> list[str]:
    paint = state.paint
    along = words.along(edge, words.MOST_LEFT_OUT) if edge else ""
    name = paint(node.name, "root" if edge is None else "name") + along
    first = (
        f"{paint(words.step(edge, state.trace.direction), 'step')} {name}{_cite(state, edge)}"
        if edge
        else name
    )
    if ending in ("(*)", CIRCLE):
        return [f"{first} {ending}"]
    segments = [first, words.kind(node), words.rows(edge, node)]
    segments.append(words.measured(edge) if edge else "")
    segments.append(paint("declared", "unknown") if edge and edge.basis == "declared" else "")
    segments += [_by(state, role, edges) for role, edges in _by_role(state.makers.get(node.id, []))]
    segments.append(node.license or "")
    segments.append(node.status if node.status in ("unreleased", "withdrawn") else "")
    segments.append(paint("not found", "unknown") if node.status == "unknown" else "")
    segments.append(paint(words.unknown(node), "unknown") if words.unknown(node) else "")
    segments.append(ending)
    return [segment for segment in segments if segment]


def _by_role(edges: list[Edge]) -> Iterator[tuple[str, list[Edge]]]:
    for role in ROLES:
        played = [edge for edge in edges if edge.role == role]
        if played:
            yield role, played


def _by(state: _Tree, role: str, edges: list[Edge]) -> str:
    makers: dict[str, str] = {}
    for edge in edges:
        name = state.paint(state.nodes[edge.parent].name, "maker")
        makers[name] = makers.get(name, "") + _cite(state, edge)
    return f"{words.UP[role]} {', '.join(name + cites for name, cites in makers.items())}"


def _cite(state: _Tree, edge: Edge | None) -> str:
    if edge is None or not state.show_sources:
        return ""
    number = state.numbers.setdefault(edge.source.id, len(state.numbers) + 1)
    return state.paint(f" [{number}]", "step")


def _summary(trace: Trace, narrowed: bool) -> Iterator[str]:
    types = Counter(node.type for node in trace.nodes[1:])
    kinds = [words.plural(types[type_], type_) for type_ in ("dataset", "model") if types[type_]]
    deepest = max(node.depth for node in trace.nodes)
    if not kinds:
        place = "above" if trace.direction == "up" else "below"
        yield f"nothing {place} it within these limits" if narrowed else f"nothing recorded {place} it"
        return
    yield f"{' and '.join(kinds)}, {words.plural(deepest, 'step')} {trace.direction}"
    yield words.plural(len({node.license for node in trace.nodes if node.license}), "licence")
    origins = Counter(node.upstream for node in trace.nodes)
    if trace.direction == "up":
        known = f"{words.plural(origins['root'], 'root')}, {origins['undisclosed']} undisclosed"
        yield f"{known}, {origins['partial']} partly"
    yield words.plural(len({edge.source.id for edge in trace.edges}), "source")


def _wrap(
    segments: list[str], lead: str, continues: str, width: int | None, mark: str = " · "
) -> Iterator[str]:
    """Join segments with a mark; start a new line where the next one would not fit."""
    line, further = lead + segments[0], continues + "  "
    for place, segment in enumerate(segments[1:], start=2):
        *over, line = _broken(line, further, width, len(mark.rstrip()))
        yield from over
        room = mark.rstrip() if place < len(segments) else ""
        if width is not None and length(line + mark + segment + room) > width:
            yield line + mark.rstrip()
            line = further + segment
        else:
            line += mark + segment
    yield from _broken(line, further, width)


def _broken(line: str, continues: str, width: int | None, room: int = 0) -> list[str]:
    """A line that holds one thing too long for the terminal, less ``room``, broken between its words."""
    if width is None or length(line) + room <= width:
        return [line]
    lead = line[: len(line) - len(line.lstrip("│├└─ "))]
    first, *more = indented(line[len(lead) :], continues, width - room)
    return [lead + first.removeprefix(continues), *more]
