"""A trace as an SVG picture, with the shapes, lines and colours of the explorer; needs no browser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from llmlineage.errors import MissingExtra
from llmlineage.graph.lineage import Edge, Node, Trace
from llmlineage.graph.terms.licences import Licence
from llmlineage.render import words
from llmlineage.render.shapes import line_of, terms_of
from llmlineage.visible import visible

WIDTH, HEIGHT, FOLD_HEIGHT = 208, 62, 34
ACROSS, BETWEEN, MARGIN = 62, 14, 16
# Leaves of one record beyond FEW are folded, but for UNFOLDED of them.
FEW, UNFOLDED = 7, 5
# As deep as leaves so many boxes; more are read by nobody.
MOST = 40
# About how wide a letter is, in parts of the size of the type.
_WIDTHS = {**dict.fromkeys("iljItf.,:;'|!()[] -", 0.36), **dict.fromkeys("mwMW@%", 0.92)}
_STYLE = """
svg{--sheet:#fff;--ink:#1f1e1b;--soft:#68645b;--step:#8c867a;--accent:#a34420;--wash:#f6ece6;--open:#2f7d5b;
--share-alike:#3c6fb8;--conditional:#b07b14;--noncommercial:#b8342f;--provider:#84489c;--unstated:#6f6a60;
--unlooked:#b7b2a6;font-family:system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
@media(prefers-color-scheme:dark){svg{--sheet:#211f1c;--ink:#ece8df;--soft:#a8a294;--step:#7d776b;--accent:#e8936b;
--wash:#33261f;--open:#63b58e;--share-alike:#7ba6e8;--conditional:#d9a94a;--noncommercial:#ee7c74;--provider:#c08bd8;
--unstated:#a39d90;--unlooked:#5f5b53}}
.ground,.box{fill:var(--sheet)}.box{stroke:var(--step);stroke-width:1.1}.asked{fill:var(--wash);stroke:var(--accent)}
.partial{stroke-dasharray:14 3}.undisclosed{stroke-dasharray:5 3.5}.unread{stroke-dasharray:1.5 3}
.fold{fill:none;stroke:var(--step);stroke-dasharray:3 3}
.name{font-size:13px;font-weight:600;fill:var(--ink)}.text{font-size:11px;fill:var(--soft)}
.line{fill:none;stroke:var(--step);stroke-width:1.4}.line-text{stroke-dasharray:8 4}
.line-words{stroke-dasharray:8 3 1.5 3}.line-influence{stroke-dasharray:1.5 4;stroke-linecap:round}
.line-training{stroke-width:2.6}.line-weights{stroke-width:4}.core{fill:none;stroke:var(--sheet);stroke-width:1.7}
.line-family,.line-fold{stroke-dasharray:3 3;stroke-width:1}.arrow{fill:var(--step)}
""".replace("\n", "")


@dataclass(frozen=True)
class Box:
    """A record, or leaves that are folded to one box: how many."""

    key: str
    node: Node | None
    folded: int = 0

    @property
    def height(self) -> int:
        return HEIGHT if self.node else FOLD_HEIGHT


@dataclass(frozen=True)
class Line:
    """A line from what came before to what came later; several steps between the same two are one."""

    earlier: str
    later: str
    kind: str
    said: str


Places = Mapping[str, tuple[float, float]]


def picture(trace: Trace, licences: Mapping[str, Licence], depth: int | None = None) -> Iterator[str]:
    """The lines of an SVG document: what came before stands left of what came later.

    ``depth`` counts steps from the root; by default as many as leave a picture that one can read.

    Raises:
        MissingExtra: the extra ``picture`` is not installed.
    """
    boxes, lines = scene(trace, depth) if depth is not None else deepest(trace)
    places = placed(boxes, lines)
    wide = max(x for x, _ in places.values()) + WIDTH / 2 + MARGIN
    high = max(places[box.key][1] + box.height / 2 for box in boxes) + MARGIN
    title = escape(visible(f"Lineage of {trace.nodes[0].name}, edition {trace.edition}"))
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high:.0f}" width="{wide:.0f}" '
        f'height="{high:.0f}" role="img" aria-label="{title}">'
    )
    yield f"<title>{title}</title>"
    yield f"<style>{_STYLE}</style>"
    yield (
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="9" markerHeight="9" '
        'markerUnits="userSpaceOnUse" orient="auto"><path class="arrow" '
        'd="M0 .8 7 4 0 7.2Z"/></marker></defs>'
    )
    yield f'<rect class="ground" width="{wide:.0f}" height="{high:.0f}" rx="8"/>'
    for line in lines:
        yield from drawn_line(line, places)
    for box in boxes:
        yield from drawn_box(box, *places[box.key], trace, licences)
    yield "</svg>"


def deepest(trace: Trace) -> tuple[list[Box], list[Line]]:
    """As many steps as leave at most MOST boxes; one at least."""
    best = scene(trace, 1)
    for depth in range(2, trace.nodes[-1].depth + 1):
        found = scene(trace, depth)
        if len(found[0]) > MOST:
            break
        best = found
    return best


def scene(trace: Trace, depth: int) -> tuple[list[Box], list[Line]]:
    """The boxes and lines of the part of a trace that is at most so deep, leaves folded."""
    nodes = {node.id: node for node in trace.nodes if node.depth <= depth}
    near = "child" if trace.direction == "up" else "parent"
    pairs: dict[tuple[str, str], list[Edge]] = {}
    for edge in trace.edges:
        if edge.child in nodes and edge.parent in nodes and nodes[getattr(edge, near)].depth < depth:
            pairs.setdefault((edge.parent, edge.child), []).append(edge)
    folds = folded(trace.root, nodes, list(pairs))
    hidden = {id for ids in folds.values() for id in ids}
    boxes = [Box(id, node) for id, node in nodes.items() if id not in hidden]
    boxes += [Box(f"{at} {side}", None, len(ids)) for (at, side), ids in folds.items()]
    lines = [
        Line(earlier, later, kind_of(edges), ", ".join(dict.fromkeys(map(words.step, edges))))
        for (earlier, later), edges in pairs.items()
        if not {earlier, later} & hidden
    ]
    for at, side in folds:
        ends = (f"{at} {side}", at) if side == "up" else (at, f"{at} {side}")
        lines.append(Line(*ends, "fold", "more"))
    return boxes, lines


def folded(
    root: str, nodes: Mapping[str, Node], pairs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], list[str]]:
    """Of each record the leaves that are not drawn, by the side on which they stand: those of fewest rows."""
    touching: dict[str, list[tuple[str, str]]] = {}
    for pair in pairs:
        for id in pair:
            touching.setdefault(id, []).append(pair)
    leaves: dict[tuple[str, str], list[str]] = {}
    for id, those in touching.items():
        if len(those) == 1 and id != root:
            earlier, later = those[0]
            leaves.setdefault((later, "up") if id == earlier else (earlier, "down"), []).append(id)
    ranked = {at: sorted(ids, key=lambda id: (-(nodes[id].rows or 0), id)) for at, ids in leaves.items()}
    return {at: ids[UNFOLDED:] for at, ids in ranked.items() if len(ids) > FEW}


def kind_of(edges: Sequence[Edge]) -> str:
    """The line of several steps between two records: what brings most."""
    order = ("training", "weights", "rows", "text", "words", "family", "influence")
    return min((line_of(edge.role or edge.stage or edge.relation) for edge in edges), key=order.index)


def placed(boxes: Sequence[Box], lines: Sequence[Line]) -> dict[str, tuple[float, float]]:
    """The middle of each box. Layers and the order within them are those of fast-sugiyama."""
    try:
        from fast_sugiyama import from_edges
    except ImportError as error:
        raise MissingExtra("fast-sugiyama", "picture") from error
    if not lines:
        return {box.key: (MARGIN + WIDTH / 2, MARGIN + box.height / 2) for box in boxes}
    numbers = {box.key: number for number, box in enumerate(boxes)}
    edges = [(numbers[line.earlier], numbers[line.later]) for line in lines]
    found, *_ = from_edges(edges, dummy_vertices=False, vertex_spacing=1, ranking_type="down")
    positions = {boxes[number].key: at for number, at in found[0]}
    levels = sorted({across for _, across in positions.values()}, reverse=True)
    columns = [
        sorted((k for k in positions if positions[k][1] == level), key=lambda k: positions[k][0])
        for level in levels
    ]
    return stacked(columns, {box.key: box.height for box in boxes})


def stacked(columns: Sequence[Sequence[str]], heights: Mapping[str, int]) -> dict[str, tuple[float, float]]:
    """Columns of boxes, each in the middle of the height of the tallest."""
    tall = [sum(heights[key] + BETWEEN for key in column) - BETWEEN for column in columns]
    places: dict[str, tuple[float, float]] = {}
    for number, column in enumerate(columns):
        x, y = MARGIN + WIDTH / 2 + number * (WIDTH + ACROSS), MARGIN + (max(tall) - tall[number]) / 2
        for key in column:
            places[key] = (x, y + heights[key] / 2)
            y += heights[key] + BETWEEN
    return places


def drawn_line(line: Line, places: Places) -> Iterator[str]:
    (x, y), (a, b) = places[line.earlier], places[line.later]
    x, a = x + WIDTH / 2, a - WIDTH / 2
    middle = (x + a) / 2
    path = f"M{x:.0f} {y:.0f}C{middle:.0f} {y:.0f} {middle:.0f} {b:.0f} {a:.0f} {b:.0f}"
    arrow = ' marker-end="url(#arrow)"' if line.kind != "fold" else ""
    yield f'<path class="line line-{line.kind}" d="{path}"{arrow}><title>{escape(line.said)}</title></path>'
    if line.kind == "weights":
        yield f'<path class="core" d="{path}"/>'


def drawn_box(box: Box, x: float, y: float, trace: Trace, licences: Mapping[str, Licence]) -> Iterator[str]:
    yield f'<g transform="translate({x:.0f} {y:.0f})">'
    if box.node is None:
        at = next(node.name for node in trace.nodes if node.id == box.key.rpartition(" ")[0])
        w, h = WIDTH / 2, FOLD_HEIGHT / 2
        yield f'<rect class="fold" x="{-w:.0f}" y="{-h:.0f}" width="{WIDTH}" height="{FOLD_HEIGHT}" rx="6"/>'
        text = fitted(f"{box.folded:,} more of {at}", 12, WIDTH - 20)
        yield f'<text class="text" text-anchor="middle" y="4">{text}</text>'
    else:
        yield from drawn_record(box.node, box.node.id == trace.root, licences)
    yield "</g>"


def drawn_record(node: Node, is_root: bool, licences: Mapping[str, Licence]) -> Iterator[str]:
    outline, left = shape(node), -WIDTH / 2 + 20
    if node.kind == "family":
        yield f'<path class="box" d="{outline}" transform="translate(4 4)"/>'
    yield f'<path class="box {node.upstream}{" asked" if is_root else ""}" d="{outline}"/>'
    of = terms_of(licences.get(node.license or ""))
    size = words.size(node.parameters) if node.type == "model" else words.rows(None, node)
    what = " · ".join(filter(None, (words.kind(node), size)))
    under = "no licence stated" if of == "unstated" else node.license or ""
    under = under or ("" if node.kind == "family" else "licence not looked up")
    yield f'<circle cx="{left + 4:.0f}" cy="17" r="4" fill="var(--{of})"/>'
    yield f'<text class="name" x="{left:.0f}" y="-11">{fitted(node.name, 13, WIDTH - 40)}</text>'
    yield f'<text class="text" x="{left:.0f}" y="5">{fitted(what, 11, WIDTH - 40)}</text>'
    told = " · ".join(filter(None, (under, words.unknown(node))))
    yield f'<text class="text" x="{left + 13:.0f}" y="21">{fitted(told, 11, WIDTH - 52)}</text>'


def shape(node: Node) -> str:
    """A dataset is a box, a model a pill, a benchmark a box without corners."""
    w, h = WIDTH // 2, HEIGHT // 2
    if node.kind == "benchmark":
        c = 12
        return f"M{c - w} {-h}H{w - c}L{w} {c - h}V{h - c}L{w - c} {h}H{c - w}L{-w} {h - c}V{c - h}Z"
    r = h if node.type == "model" else 7
    corner = f"A{r} {r} 0 0 1"
    return (
        f"M{r - w} {-h}H{w - r}{corner} {w} {r - h}V{h - r}{corner} {w - r} {h}"
        f"H{r - w}{corner} {-w} {h - r}V{r - h}{corner} {r - w} {-h}Z"
    )


def fitted(text: str, size: float, room: float) -> str:
    """A text as far as it is likely to fit, safe in XML."""
    text, wide = visible(text), 0.0
    for place, letter in enumerate(text):
        wide += _WIDTHS.get(letter, 0.7 if letter.isupper() else 0.58) * size
        if wide > room:
            return f"{escape(text[: max(1, place - 1)].rstrip())}…"
    return escape(text)
