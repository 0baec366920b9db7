"""From what was said of a row to the whole row; what is missing is asked for, where somebody can answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any

from llmlineage.curate import Addition, defaults, edges, rules
from llmlineage.curate.columns import KINDS, column_of
from llmlineage.curate.judging import cell_problems
from llmlineage.errors import Problem, RowRefused
from llmlineage.package import Field, Package, Table


@dataclass(frozen=True)
class Question:
    """What is asked of somebody. ``check`` makes the answer a cell, or raises RowRefused."""

    name: str
    description: str
    default: str
    check: Callable[[str], str]


Ask = Callable[[Question], str]
Answers = MutableMapping[str, Any]


def additions(
    kind: str, package: Package, tables: rules.Tables, answers: Answers, ask: Ask | None = None
) -> list[Addition]:
    """The rows that ``answers`` describe, completed by defaults; ``answers`` takes up what is asked.

    Raises:
        RowRefused: the ends of an edge are not known, or it is called what it cannot be.
    """
    if kind == "edge":
        return list(edge_rows(tables, package, answers, ask))
    table = package.tables[KINDS[kind][0]]
    ask_missing(table, tables, answers, ask)
    return [Addition(table.name, defaults.completed(table, answers, tables))]


def ask_missing(table: Table, tables: rules.Tables, answers: Answers, ask: Ask | None) -> None:
    """Ask for each required cell: the address first and the id last, since the one leads to the other."""
    wanted = [field for field in table.fields if field.constraints.get("required")]
    for field in sorted(wanted, key=lambda field: {"url": -1, "id": 1}.get(field.name, 0)):
        if ask is not None and not answers.get(field.name):
            known = defaults.completed(table, answers, tables).get(field.name, "")
            answers[field.name] = ask(question(table, field, tables, known))


def question(table: Table, field: Field, tables: rules.Tables, default: str) -> Question:
    def check(answer: str) -> str:
        cell = defaults.completed(table, {field.name: answer}, tables)[field.name]
        problems = list(cell_problems(tables, table, field, cell))
        if problems:
            raise RowRefused(problems)
        return cell

    return Question(field.name, column_of(field).description, default, check)


def edge_rows(
    tables: rules.Tables, package: Package, answers: Answers, ask: Ask | None
) -> Iterator[Addition]:
    ask_ends(tables, answers, ask)
    for parent in answers["parent"]:
        choice = edges.choose(package, tables, answers["child"], parent)
        if ask is not None and not any(answers.get(detail) for detail in edges.DETAILS):
            answers[choice.detail] = ask(question(choice.table, detail_field(choice), tables, ""))
        row = edges.row_of(choice, {**answers, "parent": parent})
        ask_missing(choice.table, tables, row, ask)
        answers.update({column: row[column] for column in row if column not in (choice.child, choice.parent)})
        yield Addition(choice.table.name, defaults.completed(choice.table, row, tables))


def detail_field(choice: edges.Choice) -> Field:
    return next(field for field in choice.table.fields if field.name == choice.detail)


def ask_ends(tables: rules.Tables, answers: Answers, ask: Ask | None) -> None:
    """Ask what came later and what it was made from; either may be a dataset or a model."""
    missing = [end for end in ("child", "parent") if not answers.get(end)]
    if missing and ask is None:
        advice = "the id of a dataset or model"
        raise RowRefused([Problem("edge", 0, end, "", "is required", advice) for end in missing])
    for end in missing:
        assert ask is not None
        answer = ask(end_question(end, tables))
        answers[end] = [answer] if end == "parent" else answer


def end_question(end: str, tables: rules.Tables) -> Question:
    def check(answer: str) -> str:
        edges.table_of(tables, end, answer)
        return answer

    return Question(end, {"child": "What came later.", "parent": "What it was made from."}[end], "", check)
