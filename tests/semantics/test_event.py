from __future__ import annotations

import pytest

from tracktor_nb.semantics.event import SYSTEM_EVENTS, Event


@pytest.mark.parametrize("name", sorted(SYSTEM_EVENTS - {"Letter clicked", "Message replied"}))
def test_what_the_system_makes_itself_is_no_activity(name: str) -> None:
    assert not Event(0, 1, name).is_activity


@pytest.mark.parametrize("name", ["Purchase", "Letter clicked", "Message replied", "letter sent"])
def test_what_people_do_is_activity(name: str) -> None:
    assert Event(0, 1, name).is_activity
    assert not Event(0, 1, name, bot=True).is_activity
