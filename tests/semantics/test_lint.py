"""The lint: what it finds in a campaign, where, and that it never cries wolf about contradictions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import conditions, instants, site_logs
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.condition import Condition, did, did_not, has, in_segment
from tracktor_nb.semantics.contradiction import contradiction
from tracktor_nb.semantics.lint import Finding, Known, lint
from tracktor_nb.semantics.node import Exit, Go, Node
from tracktor_nb.semantics.nodes import Filter, Limit, SendLetter, SendMessage, SetProperty, Wait
from tracktor_nb.semantics.period import Calendar
from tracktor_nb.semantics.references import lookup_in, resolved
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.semantics.trigger import Trigger
from tracktor_nb.semantics.truth import truth

FREE, NOT_FREE, PRO = has("plan", "is", "free"), has("plan", "is not", "free"), has("plan", "is", "pro")
NOTHING = Known()
A, HI = Trigger.event("A"), SendLetter("Hi")


def rules(campaign: Campaign, known: Known = NOTHING) -> list[tuple[str, str]]:
    return [(finding.rule, finding.node) for finding in lint(campaign, known)]


def only(campaign: Campaign, known: Known = NOTHING) -> Finding:
    (finding,) = lint(campaign, known)
    return finding


@pytest.mark.parametrize("negative", [NOT_FREE, ~FREE])
def test_the_literal_wiring_of_the_tutorial_mails_the_others_and_is_found(negative: Condition) -> None:
    literal = Campaign([Trigger.event("Movie watch"), Limit(20, no=[Filter(negative, yes=[SendLetter("Upgrade")])])])
    finding = only(literal)
    assert (finding.rule, finding.node) == ("negated filter", "filter-1")
    assert "those for whom it is true get nothing" in finding.why
    assert "Filter(has('plan', 'is', 'free'))" in finding.cure


def test_the_tutorial_as_its_text_means_it_has_nothing_to_find() -> None:
    meant = Campaign([Trigger.event("Movie watch"), Limit(20, no=[Filter(FREE, yes=[SendLetter("Upgrade")])])])
    known = Known(events={"Movie watch"}, properties={"email", "plan"}, letters={"Upgrade"})
    assert lint(meant, known) == []


@pytest.mark.parametrize(
    ("workflow", "start", "place"),
    [
        ([A, Filter(NOT_FREE, yes=[HI], no=[Exit()])], FREE, "filter-1"),
        ([A, Filter(FREE, yes=[Filter(PRO, yes=[HI])])], None, "filter-2"),
        ([A, Filter(FREE, no=[Filter(FREE, yes=[HI])])], None, "filter-2"),
        ([A, Filter(has("n", ">", 3) & has("n", "<", 2), yes=[HI])], None, "filter-1"),
        ([A, Filter(did("B", at_least=3), yes=[Filter(did_not("B"), yes=[HI])])], None, "filter-2"),
        ([A, SetProperty("plan", "pro"), Filter(FREE, yes=[HI])], None, "filter-1"),
        ([Trigger.entered(FREE), HI], PRO, "trigger-1"),
        ([Trigger.left(FREE), HI], FREE, "trigger-1"),
        ([Trigger.entered(in_segment("Free")), HI], NOT_FREE, "trigger-1"),
    ],
)
def test_a_way_that_nobody_can_take_is_found(workflow: list[Node], start: Condition | None, place: str) -> None:
    found = only(resolved(Campaign(workflow, start=start), lookup_in({"Free": Segment(FREE)})))
    assert (found.rule, found.node, found.severity) == ("contradiction", place, "error")
    assert "never hold together" in found.why


def test_people_change_while_they_wait() -> None:
    assert lint(Campaign([A, Wait("1d"), Filter(NOT_FREE, yes=[HI], no=[Exit()])], start=FREE)) == []


def test_what_nobody_reaches_is_found() -> None:
    assert rules(Campaign([A, HI], detached=[[Wait("1d")]])) == [("unreachable", "wait-1")]
    assert rules(Campaign([], detached=[[A, HI]])) == [
        *(("no trigger", "start"), ("unreachable", "send_letter-1"), ("unreachable", "trigger-1")),
    ]


def test_a_loop_needs_a_wait() -> None:
    assert rules(Campaign([A, Filter(FREE, yes=[HI, Go("filter-1")])])) == [("loop without wait", "filter-1")]
    assert rules(Campaign([A, Filter(FREE, yes=[HI, Wait("1d"), Go("filter-1")])])) == []


def test_what_comes_again_and_again_needs_a_guard() -> None:
    again = SendLetter("Hi", every_time=True)
    assert rules(Campaign([A, again], entry="every event")) == [("no once-guard", "send_letter-1")]
    assert rules(Campaign([A, SendMessage("Hi")])) == [("no once-guard", "send_message-1")]
    assert rules(Campaign([A, again], entry="again after 30d")) == []
    assert rules(Campaign([A, Limit(2, yes=[again])], entry="every event")) == []
    assert rules(Campaign([A, HI], entry="every event")) == []


def test_what_the_site_does_not_know_is_found() -> None:
    campaign = Campaign([Trigger.event("Watch"), Limit(2, no=[HI])])
    known = Known(events={"Movie watch"}, properties={"plan"}, letters={"Bye"})
    assert rules(campaign, known) == [
        *(("letter missing", "send_letter-1"), ("no email", "send_letter-1"), ("never fires", "trigger-1")),
    ]
    assert rules(campaign) == []


def test_a_trigger_that_nothing_can_meet_is_found() -> None:
    impossible = has("n", ">", 3) & has("n", "is", "3")
    assert rules(Campaign([Trigger.event("A", impossible), HI])) == [("never fires", "trigger-1")]


def test_a_finding_reads_as_a_sentence() -> None:
    assert str(only(Campaign([A]))) == (
        "warning at 'trigger-1': Nothing follows this trigger. Add an action behind it."
    )


@settings(max_examples=500)
@given(st.data())
def test_nobody_meets_what_is_called_a_contradiction(data: st.DataObject) -> None:
    asked = data.draw(st.lists(conditions(), min_size=2, max_size=3))
    if not contradiction(asked):
        return
    log = data.draw(site_logs())
    at = data.draw(instants(log.anchor))
    for person in log.people().values():
        assert not all(truth(each, person, at, Calendar())[0] for each in asked)
