"""Secure mode: who may speak for whom (SEMANTICS 1, the seed's chapter 4.3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracktor_nb.semantics.identity import signature

from .conftest import Door


@pytest.fixture
def signed_door(door: Door) -> Door:
    """A site that takes signed data only."""
    door.settle(signed_only=True)
    return door


def code(answer: object) -> str:
    return "ok" if answer.status == 200 else f"{answer.status} {answer.json['error']['code']}"  # type: ignore[attr-defined]


@pytest.mark.parametrize("route", ["/track", "/set"])
@pytest.mark.parametrize(
    ("sign", "said"),
    [
        (None, "403 missing_signature"),
        ("", "403 missing_signature"),
        (" ", "403 missing_signature"),
        ("0" * 64, "403 bad_signature"),
        ("other", "403 bad_signature"),
        ("right", "ok"),
    ],
)
def test_a_known_id_needs_its_signature(signed_door: Door, route: str, sign: str | None, said: str) -> None:
    secret = signed_door.site.secret
    signs = {"right": signature(secret, "5115"), "other": signature(secret, "5116")}
    params = {} if sign is None else {"sign": signs.get(sign, sign)}
    assert code(signed_door.get(route, id="5115", action="rate", data="{a: 1}", **params)) == said
    assert bool(signed_door.events() or signed_door.changes()) == (said == "ok")
    assert signed_door.refused() == ([] if said == "ok" else [said[4:]])


def test_a_visitor_needs_none(signed_door: Door) -> None:
    assert code(signed_door.get("/track", id="a-1", action="rate")) == "ok"
    assert code(signed_door.get("/track", id="a-1", action="rate", sign="00")) == "403 bad_signature"


@pytest.mark.parametrize(
    ("src", "dest", "signed", "said"),
    [
        ("a-1", "me", ("destsign",), "ok"),
        ("a-1", "me", (), "403 missing_signature"),
        ("a-1", "a-2", (), "403 missing_signature"),
        ("victim", "me", ("destsign",), "403 merge_not_allowed"),
        ("victim", "me", ("srcsign",), "403 missing_signature"),
        ("victim", "me", ("srcsign", "destsign"), "ok"),
        ("victim", "a-1", ("srcsign", "destsign"), "400 bad_direction"),
    ],
)
def test_a_merge_needs_the_signatures_of_both(
    signed_door: Door, src: str, dest: str, signed: tuple[str, ...], said: str
) -> None:
    ids = {"srcsign": src, "destsign": dest}
    signs = {name: signature(signed_door.site.secret, ids[name]) for name in signed}
    assert code(signed_door.get("/alias", srcid=src, destid=dest, **signs)) == said
    assert len(signed_door.edges()) == (said == "ok")


def test_nobody_takes_over_a_profile_with_a_signature_of_his_own(signed_door: Door) -> None:
    secret = signed_door.site.secret
    mine, theirs = signature(secret, "me"), signature(secret, "victim")
    assert code(signed_door.get("/alias", srcid="a-victim", destid="victim", destsign=theirs)) == "ok"
    before = signed_door.people()
    for reason in ("alias", "identify"):
        for src in ("victim", "a-victim"):
            signed_door.get("/alias", srcid=src, destid="me", destsign=mine, reason=reason)
    assert len(signed_door.edges()) == 1
    after = signed_door.people()
    assert {id: after[id] for id in before} == before
    assert after["me"] != after["victim"]


def test_repeating_an_allowed_merge_is_no_offence(signed_door: Door) -> None:
    params = {"srcid": "a-1", "destid": "me", "destsign": signature(signed_door.site.secret, "me")}
    assert signed_door.get("/alias", **params).json == {"ok": True, "merged": True}
    assert signed_door.get("/alias", **params).json == {"ok": True, "merged": True, "unchanged": True}


def test_a_wrong_signature_is_refused_in_open_mode_too(door: Door) -> None:
    for name in ("srcsign", "destsign"):
        answer = door.get("/alias", srcid="one", destid="two", **{name: "0" * 64})
        assert (code(answer), answer.json["error"]["param"]) == ("403 bad_signature", name)
    assert door.edges() == []


def test_messages_never_repeat_a_secret(signed_door: Door, tmp_path: Path) -> None:
    right = signature(signed_door.site.secret, "5115")
    answer = signed_door.get("/track", id="5115", action="rate", sign=right[:-1] + ("0" if right[-1] != "0" else "1"))
    assert right[:20] not in answer.body.decode()
    assert signed_door.site.secret not in answer.body.decode()
