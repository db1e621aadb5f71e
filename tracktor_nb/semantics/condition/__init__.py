"""Conditions: questions about one person, written as Python that reads like English (SEMANTICS 3)."""

from .asset import Asset, asset
from .base import DEEPEST_CONDITION, And, Condition, Not, Or
from .company import InCompany, in_company
from .did import Did, did, did_not
from .has import Has, check_arguments, has
from .in_segment import Group, InSegment, in_segment

__all__ = [
    "DEEPEST_CONDITION",
    "And",
    "Asset",
    "Condition",
    "Did",
    "Group",
    "Has",
    "InCompany",
    "InSegment",
    "Not",
    "Or",
    "asset",
    "check_arguments",
    "did",
    "did_not",
    "has",
    "in_company",
    "in_segment",
]
