"""What a site's owner sets, as those who send see it: secrets, origins, limits, people who are erased."""

from __future__ import annotations

import base64
import json
from functools import partial
from typing import Any

import pytest

from tracktor_nb.checking import check_site
from tracktor_nb.ingest.snippet import SNIPPET_VERSION, snippet
from tracktor_nb.semantics.identity import expiring_signature, signature
from tracktor_nb.store.forgetting import erase_person, remove
from tracktor_nb.store.sites import drop_old_secret, rotate_secret

from .conftest import NOW, Door

RECEIVED = NOW // 1000
SECONDS = RECEIVED // 1_000_000


@pytest.fixture(autouse=True)
def changes_take_effect_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracktor_nb.ingest.directory.TRUSTED_SECONDS", -1.0)


def code(answer: Any) -> str:
    return "ok" if answer.status == 200 else f"{answer.status} {answer.json['error']['code']}"


def change(door: Door, step: Any) -> None:
    door.site = door.database.writer.run(lambda tx: step(tx, door.site.id))


@pytest.mark.parametrize("signed_only", [True, False])
@pytest.mark.parametrize("form", ["plain", "expiring"])
def test_two_secrets_are_good_while_one_replaces_the_other(door: Door, signed_only: bool, form: str) -> None:
    def sign(secret: str) -> str:
        return signature(secret, "5115") if form == "plain" else expiring_signature(secret, "5115", SECONDS + 9)

    def said(secret: str) -> str:
        return code(door.get("/track", id="5115", action="rate", sign=sign(secret)))

    door.settle(signed_only=signed_only)
    first = door.site.secret
    assert said(first) == "ok"
    change(door, rotate_secret)
    assert (said(first), said(door.site.secret)) == ("ok", "ok")
    change(door, drop_old_secret)
    assert (said(first), said(door.site.secret)) == ("403 bad_signature", "ok")


@pytest.mark.parametrize("signed_only", [True, False])
@pytest.mark.parametrize(
    ("seconds", "id", "said"),
    [
        (1, "5115", "ok"),
        (0, "5115", "403 expired_signature"),
        (-9, "5115", "403 expired_signature"),
        (9, "5116", "403 bad_signature"),
    ],
)
def test_an_expiring_signature(door: Door, signed_only: bool, seconds: int, id: str, said: str) -> None:
    door.settle(signed_only=signed_only)
    sign = expiring_signature(door.site.secret, "5115", SECONDS + seconds)
    assert code(door.post("/track", id=id, action="rate", sign=sign)) == said
    assert code(door.get("/alias", srcid="a-1", destid=id, destsign=sign)) == said
    assert len(door.events()) == len(door.edges()) == (said == "ok")


@pytest.mark.parametrize(
    ("origins", "origin", "said"),
    [
        (["https://shop.example"], "https://shop.example", "ok"),
        (["https://shop.example"], "https://SHOP.example", "ok"),
        (["https://shop.example"], None, "ok"),
        (["https://shop.example"], "https://evil.example", "403 origin_not_allowed"),
        (["https://shop.example"], "http://shop.example", "403 origin_not_allowed"),
        (["https://shop.example"], "https://shop.example:8443", "403 origin_not_allowed"),
        (["https://shop.example"], "https://shop.example.evil.example", "403 origin_not_allowed"),
        (["https://shop.example"], "null", "403 origin_not_allowed"),
        (["https://*.shop.example"], "https://www.shop.example", "ok"),
        (["https://*.shop.example"], "https://evilshop.example", "403 origin_not_allowed"),
        (["http://localhost:8080", "https://shop.example"], "http://localhost:8080", "ok"),
        (None, "https://evil.example", "ok"),
    ],
)
def test_94_pages_of_other_origins_may_not_send(
    door: Door, origins: list[str] | None, origin: str | None, said: str
) -> None:
    door.settle(**({"origins": origins} if origins else {}))
    headers = {"Origin": origin} if origin else {}
    body = json.dumps({"sid": door.site.sid, "id": "unicorn", "action": "rate"})
    assert code(door.ask("POST", "/track", body, Content_Type="text/plain", **headers)) == said
    assert len(door.events()) == (said == "ok")
    assert door.refused() == ([] if said == "ok" else ["origin_not_allowed"])


def test_a_person_is_not_merged_more_often_than_the_site_lets(door: Door) -> None:
    door.settle(merges_per_hour=3)
    said = [code(door.get("/alias", srcid=f"a-{number}", destid="ann")) for number in range(5)]
    assert said == ["ok"] * 3 + ["403 too_many_merges"] * 2
    assert code(door.get("/alias", srcid="a-0", destid="ann")) == "ok", "a repeat merges nothing"
    assert code(door.get("/alias", srcid="a-9", destid="bob")) == "ok", "somebody else may"
    assert door.refused() == ["too_many_merges"] * 2


def test_a_person_has_no_more_ids_than_the_site_lets(door: Door) -> None:
    door.settle(ids_per_person=3)
    said = [code(door.get("/alias", srcid=f"a-{number}", destid="ann")) for number in range(4)]
    assert said == ["ok", "ok", "403 too_many_ids", "403 too_many_ids"]


def test_twenty_merges_an_hour_is_the_usual_limit_and_does_not_bind_the_server_key(door: Door) -> None:
    said = [code(door.get("/alias", srcid=f"a-{number}", destid="ann")) for number in range(22)]
    assert said == ["ok"] * 20 + ["403 too_many_merges"] * 2
    key = base64.b64encode(f"{door.site.sid}:{door.site.server_key}".encode()).decode()
    body = json.dumps({"sid": door.site.sid, "srcid": "a-22", "destid": "ann"})
    assert code(door.ask("POST", "/alias", body, Content_Type="text/plain", Authorization=f"Basic {key}")) == "ok"


@pytest.mark.parametrize("id", ["ann@example.com", "100001234567890", "@jack", "jack"])
def test_an_email_a_facebook_id_and_a_twitter_id_are_ids_like_others(door: Door, id: str) -> None:
    door.settle(signed_only=True)
    sign = signature(door.site.secret, id)
    assert code(door.get("/track", id="a-1", action="look")) == "ok"
    assert code(door.post("/alias", srcid="a-1", destid=id, destsign=sign, reason="identify")) == "ok"
    assert code(door.get("/track", id=id, action="rate", sign=sign)) == "ok"
    given = json.dumps({"email": id, "facebook_id": 100001234567890, "twitter_id": id})
    assert code(door.get("/set", id=id, data=given, sign=sign)) == "ok"
    assert [(row[0], row[1]) for row in door.events()] == [("a-1", "look"), (id, "rate")]
    assert len(set(door.people().values())) == 1
    assert door.changes()[0][1]["facebook_id"] == "100001234567890"


def test_76_what_comes_for_an_erased_person_is_answered_and_not_stored(door: Door) -> None:
    door.get("/track", id="a-1", action="look")
    door.get("/alias", srcid="a-1", destid="ann", reason="identify")
    erase_person(door.database, door.site, "ann", RECEIVED)
    for id in ("ann", "a-1"):
        assert door.get("/track", id=id, action="rate").json == {"ok": True}
        assert door.get("/set", id=id, data="{plan: 'free'}").json == {"ok": True}
    for ids in ({"srcid": "a-1", "destid": "ann"}, {"srcid": "ann", "destid": "bob"}, {"srcid": "b", "destid": "ann"}):
        assert door.get("/alias", **ids).json == {"ok": True, "merged": False}
    items = [{"type": "track", "action": "rate", "id": "ann"}, {"type": "alias", "srcid": "a-1", "destid": "ann"}]
    assert door.post("/batch", batch=items).json["rejected"] == []
    traits = {"userId": "ann", "anonymousId": "1", "traits": {"name": "Ann"}, "writeKey": door.site.sid}
    assert door.ask("POST", "/v1/identify", json.dumps(traits)).status == 200
    assert (door.events(), door.changes(), door.edges(), door.refused()) == ([], [], [], [])
    assert not {"ann", "a-1", "b", "bob"} & door.people().keys()


def test_a_removed_person_who_comes_again_is_somebody_new(door: Door) -> None:
    door.get("/alias", srcid="a-1", destid="ann", reason="identify")
    door.database.writer.run(partial(remove, site_id=door.site.id, distinct_id="ann", at=RECEIVED))
    assert len(set(door.people().values())) == 2
    assert door.get("/alias", srcid="a-1", destid="ann", reason="identify").json == {"ok": True, "merged": True}


def browse(door: Door, path: str, page: str) -> None:
    assert door.ask("GET", path, Referer=f"{page}/cart?step=2").status == 200
    body = json.dumps({"sid": door.site.sid, "id": "a-1", "action": "look"})
    assert door.ask("POST", "/track", body, Content_Type="text/plain", Origin=page).status == 200


def test_a_check_knows_what_arrived_from_where_and_with_which_snippet(door: Door) -> None:
    def checked(origin: str | None = None, after: int = 0) -> Any:
        door.database.writer.run(lambda _: None)  # what is noted behind an answer is there now
        return check_site(door.database, door.site, "https://t.example.com", RECEIVED + after, origin)

    assert not checked().arrives
    assert checked().snippet_is_current is None
    current = snippet(door.site.sid, "").split('script.src = "')[1].split('"')[0]
    assert current.endswith(f"?snippet={SNIPPET_VERSION}")
    browse(door, current, "https://shop.example")
    assert (checked().arrives, checked().snippet_is_current) == (True, True)
    assert checked("https://shop.example").arrives
    assert not checked("https://other.example").arrives
    assert not checked(after=601 * 1_000_000).arrives
    assert "last call 10 min ago" in str(checked(after=601 * 1_000_000))
    browse(door, f"/scripts/{door.site.sid}.js", "https://old.example")
    assert checked().snippet_is_current is False
    door.get("/track", id="5115", action="rate")
    text = str(checked())
    assert "https://old.example: last call just now; script loaded just now, snippet old (version 0)" in text
    assert "https://shop.example: last call just now; script loaded just now, snippet current" in text
    assert "servers (no origin): last call just now" in text
    assert checked().snippet in text


def test_a_refused_call_has_not_arrived(door: Door) -> None:
    door.get("/track", id="null", action="rate")
    door.database.writer.run(lambda _: None)
    assert not check_site(door.database, door.site, "http://t", RECEIVED).origins


def test_made_up_origins_push_out_the_oldest_only(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracktor_nb.store.origins.MOST_ORIGINS", 3)
    for number in range(6):
        browse(door, f"/scripts/{door.site.sid}.js?snippet=x", f"https://{number}.example")
    door.database.writer.run(lambda _: None)
    assert len(check_site(door.database, door.site, "http://t", RECEIVED).origins) == 3
