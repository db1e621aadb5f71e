"""The measure: what `semantics` says of one person, answered for everybody at once over columns.

frames holds a site's log; conditions, segments, funnels and metrics are the columnar twins of the modules of those
names in `semantics` (tests/test_agreement.py holds each pair together); answers and results are what users get; engine,
service and client serve them to other processes.
"""
