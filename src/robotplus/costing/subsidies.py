"""Subsidy rules: data files with source and validity. What is expired, open-ended or in other money is not applied."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal

from robotplus.costing.files import parse_toml
from robotplus.costing.tables import CostTable, SubsidyRule
from robotplus.errors import InputError

Standing = Literal["applies", "not_yet", "expired", "no_end_stated", "currency"]


@functools.cache
def rules() -> dict[str, SubsidyRule]:
    """The built-in rules by id."""
    folder = Path(__file__).parent / "data"
    found = [SubsidyRule.model_validate(parse_toml(path)) for path in sorted(folder.glob("*.toml"))]
    return {rule.id: rule for rule in found}


def rule_of(costs: CostTable) -> tuple[SubsidyRule, Standing] | None:
    """The rule that a cost file names or brings, and how it stands at the file's date.

    Raises:
        InputError: no built-in rule has this id.
    """
    rule = costs.subsidy
    if costs.subsidy_rule is not None:
        rule = rules().get(costs.subsidy_rule)
        if rule is None:
            raise InputError(
                "unknown subsidy rule", "subsidy_rule", value=costs.subsidy_rule, allowed=", ".join(rules())
            )
    return None if rule is None else (rule, standing(rule, costs))


def standing(rule: SubsidyRule, costs: CostTable) -> Standing:
    """Whether a rule applies to a cost file at its date."""
    if costs.date < rule.valid_from:
        return "not_yet"
    if rule.valid_until is None:
        return "no_end_stated"
    if costs.date > rule.valid_until:
        return "expired"
    return "applies" if rule.currency == costs.currency else "currency"
