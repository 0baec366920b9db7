"""The rules of lineage: what must hold between rows, which no schema of one table can say.

A rule is a function of the record that yields a problem for each breach; RULES is the list of all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from llmlineage.checks.record import ENDS, Record, Tables
from llmlineage.checks.rules.addresses import check_addresses
from llmlineage.checks.rules.aliases import check_aliases
from llmlineage.checks.rules.binary import check_binary
from llmlineage.checks.rules.counts import check_measurements, check_shares
from llmlineage.checks.rules.cycles import check_cycles
from llmlineage.checks.rules.dates import check_ages, check_dates
from llmlineage.checks.rules.discrepancies import check_discrepancies
from llmlineage.checks.rules.families import check_families
from llmlineage.checks.rules.ids import check_ids_across
from llmlineage.checks.rules.lists import check_lists
from llmlineage.checks.rules.numbers import check_numbers
from llmlineage.checks.rules.order import check_order, sort_key
from llmlineage.checks.rules.sources import check_sources
from llmlineage.checks.rules.upstream import check_inferences, check_upstream
from llmlineage.errors import Problem
from llmlineage.package import Package

__all__ = ["ENDS", "RULES", "check_lineage", "sort_key"]

Rule = Callable[[Record], Iterator[Problem]]

RULES: tuple[Rule, ...] = (
    # how a table and its cells are written
    check_order,
    check_numbers,
    check_dates,
    check_lists,
    check_addresses,
    check_binary,
    # what a record is called
    check_ids_across,
    check_families,
    check_aliases,
    # how records hang together
    check_cycles,
    check_ages,
    check_inferences,
    check_upstream,
    # how much of each
    check_shares,
    check_measurements,
    # what the facts rest on
    check_sources,
    check_discrepancies,
)


def check_lineage(package: Package, tables: Tables) -> list[Problem]:
    """All breaches of the lineage rules, errors and warnings."""
    record = Record(package, tables)
    return [problem for rule in RULES for problem in rule(record)]
