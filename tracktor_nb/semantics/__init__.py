"""The meaning: what is true for one person at one instant.

Standard library and google-re2 only; no clock, file, network or pandas. `now` is always an argument.
Its fast twin for everybody over a period is `tracktor_nb.analysis`; tests/test_agreement.py holds the two together.
"""
