"""Workflows: what code means as a graph, what is refused, and how it reads."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from tests.campaigns import campaigns, graphs
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.codec import from_source, to_source
from tracktor_nb.semantics.condition import has
from tracktor_nb.semantics.graph import START, Edge, Graph
from tracktor_nb.semantics.graph_form import graph_from_dict, graph_to_dict
from tracktor_nb.semantics.node import Exit, Go, Goal
from tracktor_nb.semantics.nodes import Filter, Limit, SendLetter, Split, TrackEvent, Wait, WaitFor, WaitUntil, Webhook
from tracktor_nb.semantics.trigger import Trigger
from tracktor_nb.semantics.workflow import to_graph, to_workflow

A = Trigger.event("A")
FREE = has("plan", "is", "free")


def ways(campaign: Campaign) -> set[tuple[str, str, str]]:
    return {(edge.src, edge.output, edge.dest) for edge in campaign.graph.edges}


@settings(max_examples=500)
@given(graphs(wide=True))
def test_a_graph_is_what_its_code_means(graph: Graph) -> None:
    workflow = to_workflow(graph)
    assert to_graph(workflow) == graph
    assert to_workflow(to_graph(workflow)) == workflow


@settings(max_examples=500)
@given(campaigns(wide=True))
def test_a_campaign_is_what_its_graph_draws(campaign: Campaign) -> None:
    assert campaign.with_graph(campaign.graph) == campaign
    assert Campaign(campaign.workflow, detached=campaign.detached).graph == campaign.graph


@settings(max_examples=100)
@given(graphs(wide=True))
def test_a_graph_survives_the_json_of_the_editor(graph: Graph) -> None:
    body = json.loads(json.dumps(graph_to_dict(graph)))
    body["nodes"] = [{**node, "position": {"x": 1, "y": 2}} for node in body["nodes"]]
    assert graph_from_dict(body) == graph


def test_branches_go_on_behind_their_node_unless_they_end_or_go_elsewhere() -> None:
    campaign = Campaign(
        [
            A,
            Filter(FREE, yes=[SendLetter("Offer")], no=[Exit()]),
            Split(50, yes=[Wait("1d"), Go("filter-1")]),
            Goal(),
        ]
    )
    assert ways(campaign) == {
        (START, "next", "trigger-1"),
        ("trigger-1", "then", "filter-1"),
        ("filter-1", "yes", "send_letter-1"),
        ("filter-1", "no", "exit-1"),
        ("send_letter-1", "next", "split-1"),
        ("split-1", "yes", "wait-1"),
        ("wait-1", "next", "filter-1"),
        ("split-1", "no", "goal-1"),
    }


def test_each_trigger_has_its_own_way_before_the_one_they_share() -> None:
    campaign = Campaign([Trigger.event("A", then=[Wait("1d")]), Trigger.event("B"), SendLetter("Hi")])
    assert list(campaign.graph.triggers) == ["trigger-1", "trigger-2"]
    assert ("wait-1", "next", "send_letter-1") in ways(campaign)
    assert ("trigger-2", "then", "send_letter-1") in ways(campaign)


def test_one_workflow_has_one_form() -> None:
    written = Campaign([A, Filter(FREE, yes=[SendLetter("x"), Exit()], no=[SendLetter("y")])])
    assert written == Campaign([A, Filter(FREE, yes=[SendLetter("x"), Exit()]), SendLetter("y")])
    assert Campaign([A, Wait("1d", id="wait-1")]) == Campaign([A, Wait("1d")])
    assert Campaign([A, Wait("1d", id="nap")]) != Campaign([A, Wait("1d")])


def test_a_campaign_reads_as_a_person_would_type_it() -> None:
    campaign = Campaign(
        [Trigger.event("Watch movie"), Limit(20, no=[Filter(FREE, yes=[SendLetter("Upgrade")])])],
        goal="Purchase",
        quiet_hours=["22:00", "08:00"],
        count_earlier=True,
    )
    assert to_source(campaign) == (
        "Campaign(\n"
        "    [\n"
        "        Trigger.event('Watch movie'),\n"
        "        Limit(20, no=[Filter(has('plan', 'is', 'free'), yes=[SendLetter('Upgrade')])]),\n"
        "    ],\n"
        "    goal='Purchase',\n"
        "    quiet_hours=('22:00', '08:00'),\n"
        "    count_earlier=True,\n"
        ")"
    )
    assert from_source(to_source(campaign)) == campaign
    assert campaign.rule() == (
        "for all people · when a person does 'Watch movie' · one at a time · until 'Purchase', counted for 30 days"
        " · no letters from 22:00 to 08:00 · earlier events counted · bots out"
    )


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Campaign([SendLetter("Hi")]), "Begin with a trigger"),
        (lambda: Campaign([A, Wait("1d"), A]), "use WaitFor"),
        (lambda: Campaign([A, Exit(), Wait("1d")]), "Nothing can follow Exit()"),
        (lambda: Campaign([A, Go("nap")]), "Go('nap'): there is no node with that id. Known: 'trigger-1'."),
        (lambda: Campaign([A, Wait("1d", id="x"), Wait("2d", id="x")]), "Two nodes have the id 'x'"),
        (lambda: Campaign([A, Wait("1d", id="start")]), "'start' cannot be the id of a node"),
        (lambda: Campaign([A, "Hi"]), "'Hi' in workflow of Campaign(…) is no node"),
        (lambda: Campaign([A], entry="twice"), "entry='twice'"),
        (lambda: Campaign([A], entry="again after 0d"), "entry='again after 0d'"),
        (lambda: Campaign([A], cap=(0, "7d")), "cap=(0, '7d')"),
        (lambda: Campaign([A], quiet_hours=("08:00", "08:00")), "leave no time"),
        (lambda: Campaign([A], hold_out=100), "hold_out=100"),
        (lambda: Limit(0), "Limit(0) needs a whole number"),
        (lambda: Split(100), "Split(100)"),
        (lambda: WaitUntil("9:00"), "'00:00' to '23:59'"),
        (lambda: WaitUntil("09:00", on=["monday"]), "must be a list of mon"),
        (lambda: WaitFor("A", "soon"), "'soon' is not a duration"),
        (lambda: TrackEvent("Letter sent"), "only the system makes"),
        (lambda: Webhook("file:///etc/passwd"), "needs an address"),
        (lambda: Trigger("event", "A", days=2), "takes no days="),
        (lambda: Trigger.entered("Loyal"), "needs a condition such as in_segment('Loyal')"),  # type: ignore[arg-type]
        (lambda: Graph({"a": Wait("1d")}, (Edge("a", "yes", "a"),)), "Node 'a' has no output 'yes'; it has 'next'."),
        (lambda: Graph({"a": Wait("1d")}, (Edge("a", "next", "b"),)), "there is no node 'b'"),
        (lambda: Graph({"a": Exit()}, (Edge("a", "next", "a"),)), "it has no outputs"),
        (lambda: Graph({"a": Wait("1d")}, (Edge(START, "next", "a"),)), "the start leads to triggers"),
        (
            lambda: Graph({"a": Wait("1d"), "b": Goal()}, (Edge("a", "next", "a"), Edge("a", "next", "b"))),
            "The output 'next' of node 'a' leads to two nodes",
        ),
    ],
)
def test_what_cannot_be_walked_is_refused_with_its_place_and_cure(make: object, says: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        make()  # type: ignore[operator]
    assert says in str(caught.value)
