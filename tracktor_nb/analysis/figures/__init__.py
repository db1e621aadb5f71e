"""Figures: a module for each kind of answer, in the one look of `look`."""
