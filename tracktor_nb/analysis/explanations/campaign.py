"""What a campaign decided about one person, and why nothing was sent where nothing was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tracktor_nb.analysis.wording import joined
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.nodes import WaitFor
from tracktor_nb.semantics.period import Calendar, duration_in_words
from tracktor_nb.semantics.run import Effect, Journey, Run
from tracktor_nb.semantics.trace import Trace

from .rows import Told, moment
from .triggers import Unmet

SENT = ("letter", "message", "webhook")

_REASONS = {
    "no email": "the person has no e-mail address",
    "suppressed": "the address takes no letters any more",
    "unsubscribed": "the person has unsubscribed",
    "already sent": "the letter goes to a person once",
    "quiet hours": "it was within the quiet hours",
    "held out": "the person is one of those held out, for comparison",
    "paused": "the campaign was paused",
    "not launched": "it was before Run",
    "campaign stopped": "the campaign was stopped",
    "imported": "what is imported starts nobody",
    "late": "it arrived more than a day after it happened",
    "bot": "it was a bot",
    "entered before": "a person starts once",
    "already inside": "the person was inside already, and walks one journey at a time",
    "merged": "it became one person with somebody who was further",
    "removed": "the person was removed",
    "retracted": "what started it did not happen after all",
    "node removed": "the new version has no such node",
    "loop": "it went round without waiting",
    "render error": "the letter could not be made",
    "goal": "the goal was reached",
    "end": "the way ends here",
    "exit": "the way ends here",
}


def reason_in_words(reason: str, definition: Campaign) -> str:
    """Return why something was not done, or why a journey ended; unknown reasons as they are."""
    if reason == "capped" and definition.cap is not None:
        return f"the person got {definition.cap[0]} letters in the last {duration_in_words(definition.cap[1])}"
    if reason == "not among its people" and definition.start is not None:
        return f"the campaign is for people where {definition.start.rule()}"
    if reason == "entered lately":
        return f"a person starts {definition.entry}"
    return _REASONS.get(reason, reason)


def explain_campaign(trace: Trace, now: int, calendar: Calendar) -> Told:
    """Return what became of the person in a sentence, and a row for each thing decided: when, node, decided, why."""
    told = _Telling(trace, now, calendar)
    return told.summary(), told.rows()


@dataclass(frozen=True)
class _Telling:
    trace: Trace
    now: int
    calendar: Calendar

    def rows(self) -> list[dict[str, Any]]:
        decided = [self._row(effect) for effect in self.trace.steps() if not self._is_start(effect)]
        return [*decided, *(self._waiting(each) for each in self.trace.inside), *self._unmet()]

    def summary(self) -> str:
        ends = self._sent(), *(f"is waiting at {each.node!r}{self._until(each)}" for each in self.trace.inside)
        said = joined(ends) or self._ended() or "never reached a trigger"
        unmet = self._unmet()
        return said if self.trace.effects or not unmet else f"{said}: {'; '.join(row['why'] for row in unmet)}"

    def _is_start(self, effect: Effect) -> bool:
        """True for the way out of a trigger: that somebody started there is said already."""
        node = self.trace.run_of(effect).definition.graph.nodes.get(effect.node)
        return effect.kind == "visit" and node is not None and node.begins

    def _row(self, effect: Effect) -> dict[str, Any]:
        decided, why = _WORDS.get(effect.kind, _did)(effect, self.trace.run_of(effect))
        until = effect.body.get("until")
        if isinstance(until, int):
            decided = f"{decided} until {moment(until, self.calendar)}"
        return _told(moment(effect.at, self.calendar), effect.node, decided, why)

    def _waiting(self, journey: Journey) -> dict[str, Any]:
        run = next(run for run in self.trace.running.runs if run.version == journey.version)
        node = run.definition.graph.nodes.get(str(journey.node))
        why = "" if node is None else node.rule()
        if run.halted(self.now) == "paused":
            why = f"{why}; the campaign is paused" if why else "the campaign is paused"
        return _told("now", str(journey.node), f"waiting{self._until(journey)}", why)

    def _until(self, journey: Journey) -> str:
        return "" if journey.due_at is None else f" until {moment(journey.due_at, self.calendar)}"

    def _unmet(self) -> list[dict[str, Any]]:
        """The triggers at which the person never was, and whom the campaign is for."""
        run = self.trace.running.run
        reached = {effect.node for effect in self.trace.effects}
        unmet = Unmet(run, self.trace.person, self.now, self.calendar)
        never = [_told("", id, "never reached", unmet.why(id)) for id in run.definition.graph.triggers.keys() - reached]
        outside = None if self.trace.inside else unmet.why_not_for()
        halted = run.halted(self.now)
        return [
            *sorted(never, key=lambda row: str(row["node"])),
            *([] if outside is None else [_told("now", "", "would not start", outside)]),
            *([] if halted is None else [_told("now", "", "would not start", reason_in_words(halted, run.definition))]),
        ]

    def _sent(self) -> str:
        """The last thing that was sent, or was not."""
        tried = [each for each in self.trace.steps() if each.kind in (*SENT, "skip")]
        if not tried:
            return ""
        decided, why = _WORDS.get(tried[-1].kind, _did)(tried[-1], self.trace.run_of(tried[-1]))
        when = moment(tried[-1].at, self.calendar)
        return f"{decided} on {when}" + (f": {why}" if tried[-1].kind == "skip" else "")

    def _ended(self) -> str:
        """How the last journey ended, or why nobody started."""
        ends = [each for each in self.trace.steps() if each.kind in ("exit", "refused")]
        if not ends:
            return ""
        why = reason_in_words(str(ends[-1].body["reason"]), self.trace.run_of(ends[-1]).definition)
        said = "left, nothing to send on the way" if ends[-1].kind == "exit" else "did not start"
        return f"{said}, on {moment(ends[-1].at, self.calendar)}: {why}"


def _told(when: str, node: str, decided: str, why: str) -> dict[str, Any]:
    return {"when": when, "node": node, "decided": decided, "why": why}


# --- what each effect says: what was decided, and why ----------------------------------------------------------------


def _rule(effect: Effect, run: Run) -> str:
    node = run.definition.graph.nodes.get(effect.node)
    return "" if node is None else node.rule()


def _what(body: Any) -> str:
    """Return what an action is about."""
    kind = body.get("action")
    what = next((body[name] for name in ("letter", "text", "url", "list", "name") if name in body), "")
    return f"{kind} {what!r}" if kind else repr(what)


def _entered(effect: Effect, run: Run) -> tuple[str, str]:
    return ("started, held out" if effect.body.get("held_out") else "started"), _rule(effect, run)


def _refused(effect: Effect, run: Run) -> tuple[str, str]:
    return "did not start", reason_in_words(str(effect.body["reason"]), run.definition)


def _visit(effect: Effect, run: Run) -> tuple[str, str]:
    node = run.definition.graph.nodes.get(effect.node)
    if effect.body.get("until") is not None:
        return ("began to wait" if node is None or node.waits else "put off"), _rule(effect, run)
    way = f"went on by {str(effect.body['output']).replace('_', ' ')!r}" if node and node.branching else "came"
    return way, _rule(effect, run)


def _left(effect: Effect, run: Run) -> tuple[str, str]:
    node = run.definition.graph.nodes.get(effect.node)
    if not isinstance(node, WaitFor):
        return "went on", "the time had come"
    happened = effect.body["output"] == "happened"
    return "went on", f"{node.event!r} {'happened' if happened else 'did not happen in time'}"


def _skip(effect: Effect, run: Run) -> tuple[str, str]:
    return f"{_what(effect.body)} not sent", reason_in_words(str(effect.body["reason"]), run.definition)


def _delay(effect: Effect, run: Run) -> tuple[str, str]:
    return f"letter {effect.body['letter']!r} put off", reason_in_words(str(effect.body["reason"]), run.definition)


def _exit(effect: Effect, run: Run) -> tuple[str, str]:
    return "left", reason_in_words(str(effect.body["reason"]), run.definition)


def _letter(effect: Effect, run: Run) -> tuple[str, str]:
    return f"letter {effect.body['letter']!r} queued", f"to {effect.body['email']}"


def _did(effect: Effect, run: Run) -> tuple[str, str]:
    verb = {"message": "message queued", "webhook": "call queued", "set": "property set", "track": "event recorded"}
    more = {"add": "put on the list", "remove": "taken off the list", "goal": "goal reached"}
    said = (verb | more)[effect.kind]
    return (said, "") if effect.kind == "goal" else (f"{said}: {_what(effect.body)}", "")


_WORDS: dict[str, Callable[[Effect, Run], tuple[str, str]]] = {
    "entered": _entered,
    "refused": _refused,
    "visit": _visit,
    "left": _left,
    "letter": _letter,
    "skip": _skip,
    "delay": _delay,
    "exit": _exit,
}
