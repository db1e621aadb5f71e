"""kill -9 of workers: everything is done in the end, nothing twice, and who is in which segment is right."""

from __future__ import annotations

from .kills import HASTY, STEPS, storm

JOURNEYS, KILLS = 20, 8


def test_whatever_is_killed_everything_is_done_once(database_url: str) -> None:
    found = storm(database_url, HASTY, JOURNEYS, KILLS, seed=1)
    assert found.wrong == {}
    assert found.effects == JOURNEYS * (STEPS + 1)
