"""Tests mirror the rooms of the package; `tests.strategies` makes values for all of them."""
