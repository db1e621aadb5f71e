"""Campaigns as a scientist runs them: saved, linted, launched, watched, stopped, from a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import tracktor_nb as tr
from tests.test_working import until, working
from tracktor_nb import Campaign, Filter, Limit, SendLetter, Trigger, Wait, has
from tracktor_nb.errors import CampaignError, UnknownNameError
from tracktor_nb.site import Site

UPGRADE = Campaign(
    [Trigger.event("Watch"), Limit(3, no=[Filter(has("plan", "is", "free"), yes=[SendLetter("Upgrade")])])]
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = tr.connect(f"sqlite:///{tmp_path}/shop.db", site="shop", create=True)
    yield made
    made.close()


def watch(site: Site, id: str, times: int) -> None:
    for _ in range(times):
        site.track(id, "Watch")


def test_a_saved_campaign_is_run_and_its_letters_are_listed(site: Site) -> None:
    for id, plan in (("ann", "free"), ("bob", "pro")):
        site.set(id, {"plan": plan, "email": f"{id}@example.com"})
        watch(site, id, 1)
    site.save("upgrade", UPGRADE)
    with working(site.database):
        site.launch("upgrade")
        for id in ("ann", "bob"):
            watch(site, id, 4)
        until(lambda: len(site.deliveries("upgrade")) == 2)
    sent = site.deliveries("upgrade").set_index("status")
    assert list(sent.loc[["queued"], "distinct_id"]) == ["ann"]
    assert list(sent.loc[["skipped"], "reason"]) == ["already sent"]
    row = site.campaigns().loc["upgrade"]
    assert (row["state"], row["version"], row["letters"], row["inside"]) == ("running", 1, 1, 0)


def test_what_lint_calls_an_error_is_not_run_and_what_it_warns_of_is_said(site: Site) -> None:
    watch(site, "ann", 1)
    paying = Filter(has("plan", "is not", "free"), yes=[SendLetter("Upgrade")])
    site.save("literal", Campaign([Trigger.event("Watch"), Limit(20, no=[paying])]))
    with pytest.raises(CampaignError, match="Nobody has the property 'email'"):
        site.launch("literal")
    site.set("ann", {"email": "ann@example.com", "plan": "pro"})
    assert [each.rule for each in site.launch("literal")] == [each.rule for each in site.lint("literal")] != []


def test_pause_resume_publish_and_stop(site: Site) -> None:
    site.set("ann", {"email": "ann@example.com"})
    site.save("hello", Campaign([Trigger.event("Register"), Wait("1h", id="wait"), SendLetter("Hello")]))
    site.track("zoe", "Register")
    site.launch("hello")
    with working(site.database):
        site.track("ann", "Register")
        until(lambda: site.campaigns().loc["hello", "inside"] == 1)
        site.pause("hello")
        assert site.campaigns().loc["hello", "state"] == "paused"
        site.resume("hello")
        site.save("hello", Campaign([Trigger.event("Register"), SendLetter("Now")]))
        preview = site.preview_publish("hello")
        assert (preview.waiting, preview.leaving) == ({"wait": 1}, 1)
        assert "1 at wait" in str(preview)
        assert site.publish("hello", move=True) == 1, "the node that ann waited at is gone"
        assert tuple(site.campaigns().loc["hello", ["version", "revision"]]) == (2, 2)
        assert site.stop("hello") == 0
    with pytest.raises(CampaignError, match="stopped for good"):
        site.pause("hello")
    with pytest.raises(UnknownNameError):
        site.deliveries("helo")


def test_run_says_first_whom_it_would_start(site: Site) -> None:
    for id, times in (("ann", 3), ("bob", 2)):
        site.set(id, {"email": f"{id}@example.com", "plan": "free"})
        watch(site, id, times)
    site.save("upgrade", Campaign(UPGRADE.workflow, count_earlier=True))
    preview = site.preview_launch("upgrade")
    assert (preview.past_limit, preview.present, preview.findings) == (1, 0, [])
    site.save("fans", Campaign([Trigger.entered(tr.did("Watch", at_least=2)), SendLetter("Thanks")]))
    assert (site.preview_launch("fans").past_limit, site.preview_launch("fans").present) == (0, 2)
    assert "start_present=True: 2." in str(site.preview_launch("fans"))


def test_live_segments_are_listed_with_their_members(site: Site) -> None:
    site.save("watchers", tr.Segment(tr.did("Watch")))
    with working(site.database):
        watch(site, "ann", 1)
        until(lambda: "watchers" in site.live_segments().index and site.live_segments().loc["watchers", "members"] == 1)
        until(lambda: site.live_segments().loc["watchers", "complete"])


def test_only_campaigns_are_run(site: Site) -> None:
    site.save("watchers", tr.Segment(tr.did("Watch")))
    with pytest.raises(CampaignError, match="not a campaign"):
        site.launch("watchers")
