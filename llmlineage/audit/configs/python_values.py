"""What names of a Python script may stand for, told from its syntax tree. Nothing is run.

Only what is written as a literal is told, by whichever of its names it is used: constants and what they
are joined to, lists and mappings of them, defaults of parameters, of ``argparse``, ``click`` and
dataclasses. Where there are several, all of them are meant.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from typing import TypeAlias

# Text, numbers, lists and mappings of them; None for what only a run would tell.
Value: TypeAlias = "str | int | float | list[Value] | dict[str, Value] | None"
Function: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef"

DEEPEST = 40
# Steps for one question, and for all: a second or two.
MOST_STEPS, MOST_STEPS_OF_ALL = 20_000, 1_000_000
MOST_ALTERNATIVES = 2_000
# Letters of a text, members of a list.
LONGEST = 10_000
# Functions that hand on what they are given, and those whose argument or keyword is a default.
_SAME = ("str", "Path", "list", "tuple", "sorted", "set", "reversed", "expanduser", "expandvars", "cast")
_DEFAULTS = ("field", "Field", "Option", "Argument", "Input")
_METHODS = ("strip", "lower", "rstrip", "lstrip", "copy", "resolve", "as_posix")


@dataclass(eq=False)
class Scope:
    """The names that a module or function binds, and where else a name may come from."""

    above: Scope | None = None
    names: dict[str, list[Bound]] = field(default_factory=dict)

    def bind(self, name: str, bound: Bound) -> None:
        self.names.setdefault(name, []).append(bound)

    def find(self, name: str) -> list[Bound]:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.above
        return []


@dataclass(frozen=True, eq=False)
class Bound:
    """An expression that a name stands for, in the scope where it is written; ``path`` leads into it:
    a place of a tuple, or EACH where a loop takes one after another."""

    node: ast.expr
    scope: Scope
    path: tuple[int, ...] = ()


EACH = -1
Told = Callable[[ast.expr, Scope, int], Iterator[Value]]


def called(node: ast.expr) -> str:
    """The last name of what is called: ``from_pretrained`` of ``AutoModel.from_pretrained``."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def targets(node: ast.expr, path: tuple[int, ...] = ()) -> Iterator[tuple[ast.expr, tuple[int, ...]]]:
    """Each name or attribute that an assignment binds, and which part of the value it takes."""
    waiting = [(node, path)]
    while waiting:
        one, way = waiting.pop()
        if isinstance(one, (ast.Tuple, ast.List)):
            waiting += [(each, (*way, place)) for place, each in enumerate(one.elts)]
        else:
            yield one, way


class Values:
    """Evaluates expressions; ``attributes`` holds what is bound to ``anything.name``."""

    def __init__(self) -> None:
        self.attributes: dict[str, list[Bound]] = {}
        self.steps = self.steps_of_all = 0
        self.is_cut = False  # more stands there than was followed
        self.open: set[object] = set()

    def texts(self, node: ast.expr | None, scope: Scope) -> list[str]:
        """The texts that an expression may be, those in lists too."""
        found: list[str] = []
        for value in self.of(node, scope) if node is not None else ():
            found += [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
        return list(dict.fromkeys(found))

    def of(self, node: ast.expr, scope: Scope, depth: int = 0) -> list[Value]:
        """Every value that an expression may have; none where it cannot be told."""
        if isinstance(node, ast.Constant) and not depth:  # what is written there is always told
            return list(self.of_constant(node, scope, depth))
        self.steps = self.steps + 1 if depth else 0
        self.steps_of_all += 1
        if depth > DEEPEST or self.steps > MOST_STEPS or self.steps_of_all > MOST_STEPS_OF_ALL:
            self.is_cut = True
            return []
        kind: Told | None = getattr(self, f"of_{type(node).__name__.lower()}", None)
        found = list(islice(kind(node, scope, depth + 1), MOST_ALTERNATIVES + 1)) if kind else []
        self.is_cut = self.is_cut or len(found) > MOST_ALTERNATIVES
        return found[:MOST_ALTERNATIVES]

    def of_constant(self, node: ast.Constant, _: Scope, __: int) -> Iterator[Value]:
        if isinstance(node.value, (str, int, float)):
            yield node.value

    def of_name(self, node: ast.Name, scope: Scope, depth: int) -> Iterator[Value]:
        return self.bound(scope.find(node.id), (id(scope), node.id), depth)

    def of_attribute(self, node: ast.Attribute, _: Scope, depth: int) -> Iterator[Value]:
        return self.bound(self.attributes.get(node.attr, []), node.attr, depth)

    def of_formattedvalue(self, node: ast.FormattedValue, scope: Scope, depth: int) -> Iterator[Value]:
        yield from self.of(node.value, scope, depth)

    def of_namedexpr(self, node: ast.NamedExpr, scope: Scope, depth: int) -> Iterator[Value]:
        yield from self.of(node.value, scope, depth)

    def of_starred(self, node: ast.Starred, scope: Scope, depth: int) -> Iterator[Value]:
        yield from self.of(node.value, scope, depth)

    def of_boolop(self, node: ast.BoolOp, scope: Scope, depth: int) -> Iterator[Value]:
        for one in node.values:
            yield from self.of(one, scope, depth)

    def of_ifexp(self, node: ast.IfExp, scope: Scope, depth: int) -> Iterator[Value]:
        yield from self.of(node.body, scope, depth)
        yield from self.of(node.orelse, scope, depth)

    def bound(self, these: list[Bound], key: object, depth: int) -> Iterator[Value]:
        if key in self.open:  # it stands for itself
            return
        self.open.add(key)
        try:
            found = [value for one in these[:MOST_ALTERNATIVES] for value in self.along(one, depth)]
            self.is_cut = self.is_cut or len(these) > MOST_ALTERNATIVES
        finally:
            self.open.discard(key)
        yield from found

    def along(self, one: Bound, depth: int) -> list[Value]:
        found = self.of(one.node, one.scope, depth)
        for step in one.path:
            if step == EACH:
                found = [each for value in found if isinstance(value, (list, dict)) for each in value]
            else:
                found = [value[step] for value in found if isinstance(value, list) and step < len(value)]
        return found

    def of_joinedstr(self, node: ast.JoinedStr, scope: Scope, depth: int) -> Iterator[Value]:
        """An f-string, where all that is filled in is known."""
        options = [self.of(part, scope, depth) for part in node.values]
        for choice in islice(product(*options), MOST_ALTERNATIVES + 1):
            text = "".join(str(one) for one in choice if isinstance(one, (str, int, float)))
            if len(text) <= LONGEST:
                yield text

    def of_binop(self, node: ast.BinOp, scope: Scope, depth: int) -> Iterator[Value]:
        """What is added together."""
        if not isinstance(node.op, ast.Add):
            return
        pairs = product(self.of(node.left, scope, depth), self.of(node.right, scope, depth))
        for one, other in islice(pairs, MOST_ALTERNATIVES + 1):
            if isinstance(one, str) and isinstance(other, str) and len(one) + len(other) <= LONGEST:
                yield one + other
            elif isinstance(one, list) and isinstance(other, list):
                yield [*one, *other][:LONGEST]

    def of_list(self, node: ast.List | ast.Tuple | ast.Set, scope: Scope, depth: int) -> Iterator[Value]:
        found: list[Value] = []
        for element in node.elts[:LONGEST]:
            values = self.of(element, scope, depth)
            if isinstance(element, ast.Starred):
                found += [each for value in values if isinstance(value, list) for each in value]
            else:
                found.append(values[0] if values else None)
        yield found[:LONGEST]

    of_tuple = of_set = of_list

    def of_dict(self, node: ast.Dict, scope: Scope, depth: int) -> Iterator[Value]:
        found: dict[str, Value] = {}
        for key, child in zip(node.keys[:LONGEST], node.values[:LONGEST], strict=True):
            values = self.of(child, scope, depth)
            if key is None:
                found |= next((value for value in values if isinstance(value, dict)), {})
            for name in self.of(key, scope, depth) if key is not None else ():
                if isinstance(name, str):
                    found[name] = values[0] if values else None
        yield found

    def of_subscript(self, node: ast.Subscript, scope: Scope, depth: int) -> Iterator[Value]:
        return self.item(node.value, node.slice, scope, depth)

    def item(self, value: ast.expr, key: ast.expr, scope: Scope, depth: int) -> Iterator[Value]:
        keys = self.of(key, scope, depth)
        for whole, one in product(self.of(value, scope, depth), keys):
            in_dict = isinstance(whole, dict) and isinstance(one, str) and whole.get(one) is not None
            in_list = isinstance(whole, list) and isinstance(one, int) and -len(whole) <= one < len(whole)
            if in_dict or in_list:
                yield whole[one]  # type: ignore[index]

    def of_call(self, node: ast.Call, scope: Scope, depth: int) -> Iterator[Value]:
        """What a few well-known functions and methods give back."""
        name = called(node.func)
        of = node.func.value if isinstance(node.func, ast.Attribute) else None
        if name in _DEFAULTS:
            return self.default(node, scope, depth)
        if name in ("getenv", "get"):
            return self.got(node, of, scope, depth)
        if name in _SAME and node.args:
            return iter(self.of(node.args[-1], scope, depth))
        if of is not None and name in (*_METHODS, "items", "keys", "values", "split"):
            return self.method(name, self.of(of, scope, depth), node, scope, depth)
        if name == "dict":
            return self.keywords(node, scope, depth)
        return self.side_by_side(node, scope, depth) if name in ("enumerate", "zip") else iter(())

    def method(
        self, name: str, these: list[Value], node: ast.Call, scope: Scope, depth: int
    ) -> Iterator[Value]:
        marks = self.of(node.args[0], scope, depth) if node.args else []
        for value in these:
            if name in _METHODS:
                yield value
            elif isinstance(value, dict):
                pairs: list[Value] = [[key, each] for key, each in value.items()]
                yield pairs if name == "items" else list(value) if name == "keys" else list(value.values())
            elif isinstance(value, str) and marks and isinstance(marks[0], str) and marks[0]:
                yield list(value.split(marks[0]))

    def keywords(self, node: ast.Call, scope: Scope, depth: int) -> Iterator[Value]:
        """``dict(a=1)``."""
        given = [(one.arg, self.of(one.value, scope, depth)) for one in node.keywords]
        yield {key: values[0] for key, values in given if key and values}

    def side_by_side(self, node: ast.Call, scope: Scope, depth: int) -> Iterator[Value]:
        """What ``enumerate`` and ``zip`` take together."""
        first = [next(iter(self.of(one, scope, depth)), None) for one in node.args]
        lists = [one for one in first if isinstance(one, list)]
        if called(node.func) == "enumerate":
            lists = [list(range(len(lists[0]))), lists[0]] if lists else []
        if lists and len(lists) >= len(node.args):
            yield [list(pair) for pair in zip(*lists, strict=False)]

    def default(self, node: ast.Call, scope: Scope, depth: int) -> Iterator[Value]:
        """``field(default=...)`` and its like; a factory counts where it is a lambda."""
        given = [one.value for one in node.keywords if one.arg in ("default", "default_factory")]
        for one in given or node.args[:1]:
            yield from self.of(one.body if isinstance(one, ast.Lambda) else one, scope, depth)

    def got(self, node: ast.Call, of: ast.expr | None, scope: Scope, depth: int) -> Iterator[Value]:
        """``os.environ.get("X", "default")`` and ``mapping.get("x", "default")``."""
        if of is not None and node.args:
            yield from self.item(of, node.args[0], scope, depth)
        for one in node.args[1:2]:
            yield from self.of(one, scope, depth)
