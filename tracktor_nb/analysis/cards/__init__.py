"""Answers as HTML for notebooks: a module for each kind, in the one look of `look`."""
