"""The rules of lineage: what must hold between rows, which no schema of one table can say.

A rule is a function of the record that yields a problem for each breach; RULES is the list of all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from llmlineage.checks.record import ENDS, Record, Tables
from llmlineage.checks.rules.addresses import check_addresses
from llmlineage.checks.rules.aliases import check_aliases
from llmlineage.checks.rules.binary import check_binary
from llmlineage.checks.rules.codes import check_countries, check_languages
from llmlineage.checks.rules.counts import check_fingerprints, check_shared, check_shares
from llmlineage.checks.rules.cycles import check_cycles
from llmlineage.checks.rules.dates import check_ages, check_dates
from llmlineage.checks.rules.discrepancies import check_discrepancies
from llmlineage.checks.rules.families import check_families
from llmlineage.checks.rules.ids import check_hub_ids, check_ids_across
from llmlineage.checks.rules.licenses import check_licenses
from llmlineage.checks.rules.lists import check_lists
from llmlineage.checks.rules.losses import check_losses
from llmlineage.checks.rules.measured import check_bases, check_measurements
from llmlineage.checks.rules.numbers import check_numbers
from llmlineage.checks.rules.order import check_order, sort_key
from llmlineage.checks.rules.sources import check_readings, check_second_readings, check_sources
from llmlineage.checks.rules.travel import check_precision, check_travel
from llmlineage.checks.rules.upstream import check_inferences, check_upstream
from llmlineage.errors import Problem
from llmlineage.package import Package

__all__ = ["ENDS", "RULES", "check_lineage", "sort_key"]

Rule = Callable[[Record], Iterator[Problem]]

RULES: tuple[Rule, ...] = (
    # how a table and its cells are written
    check_losses,
    check_order,
    check_numbers,
    check_dates,
    check_lists,
    check_languages,
    check_countries,
    check_addresses,
    check_binary,
    # what a record is called
    check_ids_across,
    check_hub_ids,
    check_families,
    check_aliases,
    check_licenses,
    # how records hang together
    check_cycles,
    check_ages,
    check_inferences,
    check_upstream,
    check_travel,
    # how much of each
    check_precision,
    check_shares,
    check_bases,
    check_measurements,
    check_shared,
    check_fingerprints,
    # what the facts rest on
    check_sources,
    check_readings,
    check_second_readings,
    check_discrepancies,
)


def check_lineage(
    package: Package, tables: Tables, refused: Sequence[Problem] = (), own: Tables | None = None
) -> list[Problem]:
    """All breaches of the lineage rules, errors and warnings, beside what the schemas ``refused``.

    Where ``tables`` hold rows of an edition beneath the package too, ``own`` are those of its files,
    which alone stand in an order.
    """
    record = Record(package, tables, refused)
    sorted_record = record if own is None else Record(package, own, refused)
    return [problem for rule in RULES for problem in rule(sorted_record if rule is check_order else record)]
