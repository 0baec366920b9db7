"""The calls of a Python script and what its names are bound to, from its syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from llmlineage.audit.configs.python_values import EACH, Bound, Function, Scope, Values, called, targets

Labels: TypeAlias = "tuple[str, ...]"
Below: TypeAlias = "Iterator[tuple[ast.AST, Scope, Labels]]"
# Classes of which the arguments are settings.
_CONFIG = re.compile(r"(Config|Arguments|Args|Params|Parameters|Trainer|Namespace|EasyDict)$")


@dataclass(frozen=True, eq=False)
class Called:
    """A call, the scope that it stands in, and the names that it is given to, the nearest last:
    functions around it, the variable, the keyword; ``split`` where one is taken of what it gives."""

    node: ast.Call
    scope: Scope
    labels: tuple[str, ...]
    split: ast.expr | None = None


@dataclass
class Script:
    """What a walk over the tree finds, each in the order of the text."""

    values: Values = field(default_factory=Values)
    calls: list[Called] = field(default_factory=list)
    functions: dict[str, tuple[Function, Scope]] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)
    # Which variables, and which split of them, are given to what.
    taken: dict[str, list[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)
    given: dict[str, set[str]] = field(default_factory=dict)
    trains: bool = False


def walk(tree: ast.Module) -> Script:
    """Bind every name and collect every call, without recursion, however deep the tree is."""
    walker = _Walker()
    waiting: list[tuple[ast.AST, Scope, Labels]] = [(tree, Scope(), ())]
    while waiting:
        node, scope, labels = waiting.pop()
        waiting += reversed(list(walker.below(node, scope, labels)))
    for one in walker.script.calls:
        bind_call(one, walker.script)
    return walker.script


class _Walker:
    """For each kind of node what stands below it, with the scope and labels there; names are bound on the
    way."""

    def __init__(self) -> None:
        self.script = Script()

    def below(self, node: ast.AST, scope: Scope, labels: Labels) -> Below:
        kind: Callable[[ast.AST, Scope, Labels], Below | None] | None
        kind = getattr(self, f"at_{type(node).__name__.lower()}", None)
        found = kind(node, scope, labels) if kind else None
        return ((child, scope, labels) for child in ast.iter_child_nodes(node)) if found is None else found

    def at_functiondef(self, node: Function, scope: Scope, labels: Labels) -> Below:
        inner = Scope(scope)
        self.script.functions.setdefault(node.name, (node, inner))
        bind_defaults(node, inner, scope)
        yield from ((one, scope, labels) for one in node.decorator_list)
        yield from ((one, inner, (*labels, node.name)) for one in node.body)

    at_asyncfunctiondef = at_functiondef

    def at_if(self, node: ast.If, scope: Scope, labels: Labels) -> Below | None:
        if isinstance(node.test, ast.Constant) and not node.test.value:  # how notebooks keep what is not run
            return ((one, scope, labels) for one in node.orelse)
        return None

    def at_classdef(self, node: ast.ClassDef, scope: Scope, _: Labels) -> None:
        for one in node.body:
            if isinstance(one, (ast.AnnAssign, ast.Assign)) and one.value is not None:
                for target in one.targets if isinstance(one, ast.Assign) else [one.target]:
                    if isinstance(target, ast.Name):
                        bind_attribute(target.id, Bound(one.value, scope), self.script)

    def at_assign(self, node: ast.Assign, scope: Scope, labels: Labels) -> Below:
        for target in node.targets:
            self.bind(target, node.value, scope)
        yield (node.value, scope, (*labels, *names_of(node.targets)))
        yield from ((target, scope, labels) for target in node.targets)

    def at_annassign(self, node: ast.AnnAssign | ast.NamedExpr, scope: Scope, labels: Labels) -> Below:
        if node.value is not None:
            self.bind(node.target, node.value, scope)
            yield (node.value, scope, (*labels, *names_of([node.target])))

    at_namedexpr = at_annassign

    def at_for(self, node: ast.For | ast.AsyncFor | ast.comprehension, scope: Scope, _: Labels) -> None:
        self.bind(node.target, node.iter, scope, (EACH,))

    at_asyncfor = at_comprehension = at_for

    def at_import(self, node: ast.Import, _: Scope, __: Labels) -> None:
        self.script.imports.update(one.name.partition(".")[0] for one in node.names)

    def at_importfrom(self, node: ast.ImportFrom, _: Scope, __: Labels) -> None:
        self.script.imports.add((node.module or "").partition(".")[0])

    def at_subscript(self, node: ast.Subscript, scope: Scope, labels: Labels) -> Below | None:
        """Which split is taken of what a variable holds, or of what a call gives."""
        key = node.slice
        if isinstance(node.value, ast.Call):
            return self.at_call(node.value, scope, labels, key)
        if isinstance(node.value, ast.Name) and isinstance(key, ast.Constant) and isinstance(key.value, str):
            self.script.taken.setdefault(node.value.id, []).append((key.value, labels))
        return None

    def at_dict(self, node: ast.Dict, scope: Scope, labels: Labels) -> Below:
        for key, child in zip(node.keys, node.values, strict=True):
            label = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
            yield (child, scope, (*labels, label) if label else labels)

    def at_call(self, node: ast.Call, scope: Scope, labels: Labels, split: ast.expr | None = None) -> Below:
        self.script.calls.append(Called(node, scope, labels, split))
        for one in node.keywords:
            if one.arg and isinstance(one.value, ast.Name):
                self.script.given.setdefault(one.value.id, set()).add(one.arg)
            yield (one.value, scope, (*labels, one.arg) if one.arg else labels)
        yield from ((one, scope, labels) for one in (node.func, *node.args))

    def bind(self, target: ast.expr, value: ast.expr, scope: Scope, path: tuple[int, ...] = ()) -> None:
        for one, way in targets(target, path):
            bound = Bound(value, scope, way)
            if isinstance(one, ast.Name):
                scope.bind(one.id, bound)
            elif isinstance(one, ast.Attribute):
                bind_attribute(one.attr, bound, self.script)


def names_of(these: list[ast.expr]) -> list[str]:
    """The variables of an assignment as labels, those of one that has many as one."""
    found = [name for each in these for target, _ in targets(each) if (name := called(target))]
    return ["_".join(found)] if found else []


def bind_attribute(name: str, bound: Bound, script: Script) -> None:
    script.values.attributes.setdefault(name, []).append(bound)


def bind_defaults(node: Function, inner: Scope, outer: Scope) -> None:
    """The defaults of parameters, and those that decorators of click give them."""
    plain = [*node.args.posonlyargs, *node.args.args]
    for one, value in zip(reversed(plain), reversed(node.args.defaults), strict=False):
        inner.bind(one.arg, Bound(value, outer))
    for one, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if default is not None:
            inner.bind(one.arg, Bound(default, outer))
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and called(decorator.func) in ("option", "argument"):
            default, name = keyword(decorator, "default"), option_name(decorator)
            if default is not None and name:
                inner.bind(name, Bound(default, outer))


def bind_call(one: Called, script: Script) -> None:
    """What a call gives to the parameters of a function of the script, or to fields of a config."""
    name = called(one.node.func)
    if name == "add_argument":
        default, option = keyword(one.node, "default"), option_name(one.node)
        if default is not None and option:
            bind_attribute(option, Bound(default, one.scope), script)
    elif name == "set_defaults" or _CONFIG.search(name):
        for each in one.node.keywords:
            if each.arg:
                bind_attribute(each.arg, Bound(each.value, one.scope), script)
    if isinstance(one.node.func, ast.Name) and name in script.functions:
        bind_parameters(one, *script.functions[name])


def bind_parameters(one: Called, function: Function, inner: Scope) -> None:
    plain = [*function.args.posonlyargs, *function.args.args]
    for parameter, value in zip(plain, one.node.args, strict=False):
        inner.bind(parameter.arg, Bound(value, one.scope))
    for each in one.node.keywords:
        if each.arg:
            inner.bind(each.arg, Bound(each.value, one.scope))


def option_name(node: ast.Call) -> str | None:
    """The name under which an option of a command line is handed on."""
    dest = keyword(node, "dest")
    given = [dest] if dest is not None else node.args
    options = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    longest = max(options, key=lambda text: text.startswith("--"), default=None)
    return longest.lstrip("-").replace("-", "_") if longest else None


def keyword(node: ast.Call, *names: str) -> ast.expr | None:
    return next((one.value for one in node.keywords if one.arg in names), None)


def argument(node: ast.Call, place: int, *names: str) -> ast.expr | None:
    """An argument by its keyword or its place."""
    found = keyword(node, *names)
    if found is None and place < len(node.args) and not isinstance(node.args[place], ast.Starred):
        return node.args[place]
    return found
