from __future__ import annotations

import time

import pandas as pd
import pytest

import tracktor_nb as tr
from tracktor_nb import Funnel, Lifecycle, Metric, Paths, Retention, Segment, Stickiness, did, did_not, has
from tracktor_nb.errors import PayloadError, RevisionConflictError, SettingError, UnknownNameError
from tracktor_nb.semantics.identity import check_signature
from tracktor_nb.store.rejected import keep_rejected


@pytest.fixture
def url(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.fixture
def site(url):
    site = tr.connect(url, site="shop", create=True)
    yield site
    site.close()


@pytest.fixture
def shop(site):
    """Ann came unknown, looked, registered and bought; Bob looked."""
    site.track("a-visitor", "View", {"product": "hat", "price": 20}, time="2026-03-01T10:00:00Z")
    site.identify("a-visitor", "ann", time="2026-03-01T10:05:00Z")
    site.set(
        "ann", {"email": "ann@example.com", "plan": "free", "address": {"city": "Wien"}}, time="2026-03-01T10:06:00Z"
    )
    site.track("ann", "Purchase", {"amount": 20.5}, time="2026-03-02T10:00:00Z")
    site.track("bob", "View", {"product": "shoe"}, time="2026-03-03T10:00:00Z")
    return site


class TestConnect:
    def test_a_database_with_one_site_needs_no_name_and_several_need_one(self, url, site):
        tr.connect(url).close()
        tr.connect(url, site="blog", create=True).close()
        with pytest.raises(SettingError, match="blog, shop"):
            tr.connect(url)

    def test_a_misspelt_name_is_refused_with_the_near_one_and_nothing_is_made(self, url, site):
        with pytest.raises(UnknownNameError, match="Did you mean 'shop'"):
            tr.connect(url, site="shp")
        assert tr.connect(url).name == "shop"


class TestDiscovery:
    def test_people_have_one_row_each_and_a_column_for_each_property(self, shop):
        people = shop.people()
        assert people["distinct_id"].tolist() == ["ann", "bob"]
        assert people.loc[people.distinct_id == "ann", "plan"].item() == "free"
        assert people["created_at"].tolist() == [pd.Timestamp("2026-03-01 10:00Z"), pd.Timestamp("2026-03-03 10:00Z")]
        assert shop.people(where=has("address.city", "is", "Wien"))["distinct_id"].tolist() == ["ann"]

    def test_events_of_both_ids_belong_to_one_person(self, shop):
        events = shop.events(period="all time")
        assert events["event"].tolist() == ["View", "Purchase", "View"]
        assert events["distinct_id"].tolist() == ["a-visitor", "ann", "bob"]
        assert events["person_id"].nunique() == 2
        assert shop.events("View", where=has("price", ">", 5), period="all time")["product"].tolist() == ["hat"]
        assert shop.events(period=("2026-03-02", "2026-03-03"))["amount"].tolist() == [20.5]

    def test_names_properties_and_changes_are_listed(self, shop):
        assert shop.event_names()["times"].to_dict() == {"View": 2, "Purchase": 1}
        assert shop.properties().loc["plan"].to_dict() == {"people": 1, "type": "text", "values": ["free"]}
        assert set(shop.changes()["property"]) == {"email", "plan", "address"}

    def test_sql_sees_the_same_people(self, shop):
        answer = shop.sql("select person_id, count(*) as times from events group by person_id order by times desc")
        assert answer["times"].tolist() == [2, 1]

    def test_what_was_not_known_yet_is_not_in_an_answer_as_of_then(self, shop):
        assert shop.people(as_of="2026-03-04").empty, "all of this was received today"
        assert len(shop.people()) == 2


class TestSending:
    def test_a_message_sent_again_is_stored_once(self, site):
        for _ in range(2):
            site.track("ann", "Purchase", message_id="order-1")
        assert site.event_names().loc["Purchase", "times"] == 1

    def test_none_removes_a_property_and_the_others_stay(self, site):
        site.set("ann", {"plan": "free", "age": 30})
        site.set("ann", {"plan": None})
        assert site.people()[["age"]].to_dict("list") == {"age": [30]}
        assert "plan" not in site.people()

    def test_an_alias_can_be_undone(self, site):
        site.track("ann", "View")
        site.track("bob", "View")
        edge = site.alias("bob", "ann")
        assert len(site.people()) == 1
        site.unalias(edge)
        assert sorted(site.people()["distinct_id"]) == ["ann", "bob"]

    def test_a_visitor_who_is_somebody_already_is_not_merged_again(self, site):
        assert site.identify("a-shared", "ann") is True
        assert site.identify("a-shared", "bob") is False

    @pytest.mark.parametrize(
        ("call", "code"),
        [
            (lambda site: site.track("null", "View"), "reserved_id"),
            (lambda site: site.track("ann", ""), "missing_param"),
            (lambda site: site.track("ann", "Letter sent"), "reserved_action"),
            (lambda site: site.track("ann", "View", time="yesterday"), "bad_ts"),
            (lambda site: site.alias("ann", "a-visitor"), "bad_direction"),
        ],
    )
    def test_what_the_door_refuses_is_refused_here_with_the_same_code(self, site, call, code):
        with pytest.raises(PayloadError) as refused:
            call(site)
        assert refused.value.code == code
        assert site.event_names().empty


class TestQuestions:
    def test_a_funnel_names_its_people_and_its_reasons(self, shop):
        result = shop.evaluate(Funnel(["View", "Purchase"], window="7d"), period="all time")
        assert result.table["people"].tolist() == [2, 1]
        assert result.people(step=1, stopped=True)["distinct_id"].tolist() == ["bob"]
        assert result.people(step=2)[["email", "last_action"]].values.tolist() == [["ann@example.com", "Purchase"]]
        assert "Purchase" in str(result.explain("ann"))
        assert "within 7 days of step 1" in result.rule
        assert result.plot().data

    def test_new_events_count_at_once(self, shop):
        metric = Metric.times_happened("View")
        assert shop.evaluate(metric, period="all time").total == 2
        shop.track("bob", "View")
        assert shop.evaluate(metric, period="all time").total == 3

    def test_a_segment_is_previewed_and_listed(self, shop):
        lookers = Segment(did("View") & did_not("Purchase"))
        assert shop.preview(lookers).count == 1
        assert shop.members(lookers)["distinct_id"].tolist() == ["bob"]
        assert shop.members(has("plan", "is", "free"))["email"].tolist() == ["ann@example.com"]


class TestForgetting:
    @pytest.fixture
    def other(self, shop, url):
        """The same site in another process's place: it holds the log in memory before anything is forgotten."""
        other = tr.connect(url)
        assert other.evaluate(Funnel(["View", "Purchase"]), "all time").table["people"].tolist() == [2, 1]
        yield other
        other.close()

    @pytest.mark.parametrize("how", ["erase", "remove"])
    def test_who_is_forgotten_leaves_every_answer_before_the_call_returns(self, shop, other, how):
        members = Segment(has("plan", "is", "free"))
        assert other.preview(members).count == 1
        getattr(shop, how)("a-visitor")
        for site in (shop, other):
            assert site.evaluate(Funnel(["View", "Purchase"]), "all time").table["people"].tolist() == [1, 0]
            assert site.preview(members).count == 0
            assert site.people()["distinct_id"].tolist() == ["bob"]
            assert site.events(period="all time")["distinct_id"].tolist() == ["bob"]
            assert site.changes().empty
            assert site.event_names().index.tolist() == ["View"]
            assert len(site.sql("SELECT * FROM events")) == 1
            assert site.people(as_of="2026-03-02T12:00:00Z").empty

    def test_a_removed_person_comes_back_as_somebody_new_and_an_erased_one_not_for_a_month(self, shop, other):
        shop.remove("ann")
        shop.track("ann", "View")
        assert sorted(other.people()["distinct_id"]) == ["ann", "bob"]
        assert other.preview(has("plan", "is", "free")).count == 0
        shop.erase("ann")
        shop.track("ann", "View")
        assert shop.identify("a-new", "ann") is False
        assert other.people()["distinct_id"].tolist() == ["bob"]

    def test_what_is_stored_of_a_person_can_be_handed_out(self, shop):
        found = shop.export_person("a-visitor")
        assert [each["id"] for each in found["ids"]] == ["a-visitor", "ann"]
        assert found["properties"]["address"] == {"city": "Wien"}
        assert [each["event"] for each in found["events"]] == ["View", "Purchase"]

    def test_a_merge_can_be_looked_at_before_it_is_made(self, shop):
        shop.set("bob", {"plan": "gold", "age": 30})
        found = shop.preview_merge("bob", "ann")
        assert (found.src.events, found.dest.events) == (1, 2)
        assert (found.conflicts, found.gained) == ({"plan": ("gold", "free")}, {"age": 30})
        assert len(shop.people()) == 2, "nothing was merged"


class TestSettings:
    def test_settings_are_kept_and_taken_back(self, site, url):
        site.change(signed_only=True, origins=["https://shop.example"])
        site.change(signed_only=None)
        again = tr.connect(url)
        assert again.record.settings == site.record.settings == {"origins": ["https://shop.example"]}
        again.close()
        with pytest.raises(UnknownNameError, match="Did you mean 'signed_only'"):
            site.change(sign_only=True)

    @pytest.mark.parametrize(
        "wrong",
        [{"signed_only": 1}, {"origins": "https://a.example"}, {"origins": ["a.example/"]}, {"retention_days": 0.5}],
    )
    def test_what_a_setting_cannot_be_is_refused(self, site, wrong):
        with pytest.raises(SettingError):
            site.change(**wrong)
        assert site.record.settings == {}

    def test_ids_are_signed_for_pages_with_the_newest_secret(self, site):
        first = site.sign("5115")
        assert check_signature(site.record.secrets, "5115", first, 0) is None
        assert site.rotate_secret() == site.record.secret
        assert site.sign("5115") != first
        assert check_signature(site.record.secrets, "5115", first, 0) is None
        site.drop_old_secret()
        with pytest.raises(PayloadError, match="not the signature"):
            check_signature(site.record.secrets, "5115", first, 0)

    def test_a_signature_can_be_given_for_a_while(self, site):
        given = site.sign("5115", within="1h")
        left = int(given.split(".")[1]) - time.time()
        assert 3590 < left <= 3600
        check_signature(site.record.secrets, "5115", given, time.time_ns() // 1000)

    def test_a_check_shows_the_snippet_to_paste(self, site):
        found = site.check(server="https://t.example.com")
        assert (found.arrives, found.snippet_is_current) == (False, None)
        assert found.snippet == site.snippet("https://t.example.com")


class TestDefinitions:
    def test_each_save_is_a_revision_and_the_latest_is_loaded(self, site):
        first, second = Funnel(["View", "Purchase"]), Funnel(["View", "Purchase"], window="7d")
        assert (site.save("checkout", first), site.save("checkout", second, note="a week")) == (1, 2)
        assert site.load("checkout") == second
        assert site.load("checkout", revision=1) == first
        assert site.history("checkout")["note"].tolist() == ["", "a week"]

    def test_a_newer_revision_of_somebody_else_is_not_overwritten(self, site):
        site.save("checkout", Funnel(["View"]))
        site.save("checkout", Funnel(["View", "Purchase"]), expected_revision=1)
        with pytest.raises(RevisionConflictError, match="revision 2"):
            site.save("checkout", Funnel(["Purchase"]), expected_revision=1)

    def test_a_deleted_name_is_gone_and_can_be_given_again(self, site):
        site.save("checkout", Funnel(["View"]))
        site.delete("checkout")
        assert site.saved().empty
        with pytest.raises(UnknownNameError, match="checkout"):
            site.load("checkout")
        site.save("checkout", Funnel(["Purchase"]), expected_revision=0)
        assert site.load("checkout") == Funnel(["Purchase"])

    @pytest.mark.parametrize(
        ("asked", "number"),
        [
            (Retention("View", "Purchase"), {"period": 1}),
            (Paths("View", hide=["Scroll"], group={"Paid": ["Purchase"]}), {"step": 1, "event": "Paid"}),
            (Lifecycle("Purchase", freq="day"), {"state": "new"}),
            (Stickiness(), {"periods": 2}),
        ],
        ids=lambda each: type(each).__name__,
    )
    def test_questions_about_habits_are_saved_and_answered_by_their_name(self, shop, asked, number):
        shop.save("habit", asked)
        assert shop.load("habit") == asked
        result = shop.evaluate("habit", "all time")
        assert (result.name, result.revision, result.definition) == ("habit", 1, asked)
        assert result.people(**number)["distinct_id"].tolist() == ["ann"]
        assert "ann" in str(result.explain("ann"))


class TestByHand:
    def test_a_builder_opens_on_a_saved_name_and_gives_its_source_back(self, shop):
        shop.save("checkout", Funnel(["View", "Purchase"]))
        builder = shop.builder("checkout")
        assert builder.definition == Funnel(["View", "Purchase"])
        assert builder.to_source() == repr(builder.definition)

    def test_the_application_shows_what_is_saved(self, shop):
        shop.save("checkout", Funnel(["View", "Purchase"]))
        assert [each.name for each in shop.services.saved()] == ["checkout"]
        assert shop.app("analytics").route == "analytics"
        with pytest.raises(UnknownNameError, match="analytics"):
            shop.app("cellar")


class TestWhatArrives:
    def test_the_live_view_is_told_what_is_new(self, shop):
        first = shop.live_events()
        assert [row["kind"] for row in first.rows] == ["event", "alias", "change", "event", "event"]
        assert shop.live_events(first.after).rows == []
        shop.track("ann", "View", {"product": "hat"})
        assert [(row["id"], row["data"]) for row in shop.live_events(first.after).rows] == [("ann", {"product": "hat"})]

    def test_the_widget_asks_the_site(self, shop):
        live = shop.live()
        assert (live.site, live.zone) == ("shop", "UTC")
        assert len(live._news()["rows"]) == 5

    def test_a_refused_request_is_listed_without_its_signature_and_can_be_mended(self, site):
        why = PayloadError("bad_ts", "ts", "`ts` is no time.")
        raw = b"id=ann&action=View&ts=soon&sign=ABCDEF"
        site.database.writer.run(lambda tx: keep_rejected(tx, site.record.id, 1, "track", raw, why))
        listed = site.rejected()
        assert listed[["route", "code", "request"]].values.tolist() == [
            ["track", "bad_ts", "id=ann&action=View&ts=soon&sign=…"]
        ]
        site.replay(listed.index[0], ts="1790000000", sign=None)
        assert site.event_names().loc["View", "times"] == 1
        assert site.rejected().empty
