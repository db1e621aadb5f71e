"""What a person did with a letter or a message that we sent: told by the events the system makes (SEMANTICS 6)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.definition import FLAG, check_choice, check_name

from .base import And, Condition, Not
from .did import Did
from .has import Has
from .window import checked_window, window_in_words

Kind = Literal["letter", "message"]

ACTIVITIES: dict[Kind, dict[str, tuple[str, str]]] = {
    "letter": {
        "sent": ("got", "get"),
        "opened": ("opened", "open"),
        "clicked": ("clicked in", "click in"),
        "bounced": ("bounced", "bounce"),
        "unsubscribed": ("unsubscribed by", "unsubscribe by"),
    },
    "message": {
        "sent": ("got", "get"),
        "seen": ("saw", "see"),
        "replied": ("replied to", "reply to"),
    },
}
"""What can happen to a letter and to a message, as a rule says that it did and that it did not."""

HITS = ("opened", "clicked")
"""Activities that a program may do in a person's place: mail proxies load pictures, scanners follow links."""


@dataclass(frozen=True, eq=False, repr=False)
class Asset(Condition):
    """Something done, or not done, with a letter or message. Write `asset(...)`."""

    name: str
    activity: str
    kind: Kind = "letter"
    within: str | None = None
    between: tuple[str, str] | None = None
    include_proxies: bool = True
    include_scanners: bool = False

    def __post_init__(self) -> None:
        place = f"asset({self.name!r}, …)"
        check_choice("kind", self.kind, ACTIVITIES, place)
        check_name(self.name, f"a {self.kind}", place)
        known = [*ACTIVITIES[self.kind], *(f"not_{each}" for each in ACTIVITIES[self.kind])]
        check_choice(f"activity of a {self.kind}", self.activity, known, place)
        object.__setattr__(self, "between", checked_window(self.within, self.between, place))
        check_choice("include_proxies", self.include_proxies, FLAG, place)
        check_choice("include_scanners", self.include_scanners, FLAG, place)
        if self._done not in HITS and (not self.include_proxies or self.include_scanners):
            raise DefinitionError(
                f"include_proxies= and include_scanners= in {place} go with opened and clicked, not {self.activity!r}."
            )

    @property
    def _is_negative(self) -> bool:
        return self.activity.startswith("not_")

    @property
    def _done(self) -> str:
        return self.activity.removeprefix("not_")

    @cached_property
    def meaning(self) -> Condition:
        """The events that this stands for; not done means sent and not done, only `not_sent` covers the rest."""
        done = self._event(self._done)
        if not self._is_negative:
            return done
        return Not(done) if self._done == "sent" else And((self._event("sent"), Not(done)))

    def _event(self, activity: str) -> Condition:
        where: Condition = Has(self.kind, "is", self.name)
        left_out = [] if self.include_proxies else ["proxy"]
        left_out += [] if self.include_scanners else ["scanner"]
        if activity in HITS and left_out:
            where = And((where, Has("source", "not in", left_out)))
        return Did(f"{self.kind.capitalize()} {activity}", where, within=self.within, between=self.between)

    def to_source(self) -> str:
        return f"asset({self.name!r}, {self.activity!r}{self._options('name', 'activity')})"

    def rule(self) -> str:
        asset, (did, do) = f"{self.kind} {self.name!r}", ACTIVITIES[self.kind][self._done]
        window = window_in_words(self.within, self.between)
        hits = self._hits_in_words()
        if not self._is_negative:
            return f"{did} {asset}{window}{hits}"
        if self._done == "sent":
            return f"did not get {asset}{window}"
        return f"got {asset} and did not {do} it{window}{hits}"

    def _hits_in_words(self) -> str:
        if self._done not in HITS or (self.include_proxies and not self.include_scanners):
            return ""
        proxies, scanners = ("in" if each else "out" for each in (self.include_proxies, self.include_scanners))
        return f" (mail proxies {proxies}, scanners {scanners})"


def asset(
    name: str,
    activity: str,
    *,
    kind: Kind = "letter",
    within: str | None = None,
    between: tuple[str, str] | None = None,
    include_proxies: bool = True,
    include_scanners: bool = False,
) -> Condition:
    """Return the condition that a person did something with a letter or a message that we sent.

    `activity` of a letter is sent, opened, clicked, bounced or unsubscribed, of a message (`kind="message"`) sent, seen
    or replied; each with `not_` before it too. `not_opened` and its sisters mean sent and not opened, in the same
    window; only `not_sent` holds for everybody else. What mail proxies open counts, what scanners open and click does
    not, unless the options say otherwise (SEMANTICS 3).

    >>> asset("Welcome", "not_opened", within="7d").rule()
    "got letter 'Welcome' and did not open it in the last 7 days"
    """
    return Asset(name, activity, kind, within, between, include_proxies, include_scanners)
