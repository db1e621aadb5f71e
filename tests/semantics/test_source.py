"""What the messages of Segment's clients mean, message by message."""

from __future__ import annotations

from typing import Any

import pytest

from tracktor_nb.errors import PayloadError
from tracktor_nb.semantics.period import Calendar
from tracktor_nb.semantics.source import calls_of, sent_at

UTC = Calendar("UTC")
VISITOR = "8f9e1d2c-aaaa-4bbb-8ccc-0123456789ab"


def meaning(kind: str, **message: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return (route, parameters that are not None) of every call."""
    calls = calls_of(message, kind, UTC)
    return [(call.route, {name: value for name, value in call.params.items() if value is not None}) for call in calls]


def refusal(kind: Any, **message: Any) -> tuple[str, str | None]:
    with pytest.raises(PayloadError) as caught:
        calls_of(message, kind, UTC)
    return caught.value.code, caught.value.param


def test_an_event_is_of_the_user_or_else_of_the_visitor() -> None:
    event = {"event": "rate", "properties": {"stars": 5}}
    assert meaning("track", userId="ada", anonymousId=VISITOR, **event) == [
        ("track", {"id": "ada", "action": "rate", "data": {"stars": 5}})
    ]
    for nobody in (None, ""):
        [(_, params)] = meaning("track", userId=nobody, anonymousId=VISITOR, **event)
        assert params["id"] == f"a-{VISITOR}"
    [(_, params)] = meaning("track", anonymousId="a-x123124123", **event)
    assert params["id"] == "a-x123124123"


def test_ids_may_be_numbers() -> None:
    assert meaning("track", userId=5115, event="rate") == [("track", {"id": "5115", "action": "rate"})]


def test_identify_merges_the_visitor_and_sets_the_traits() -> None:
    message = {"userId": "ada", "anonymousId": VISITOR, "messageId": "m", "traits": {"plan": "Gold", "gone": None}}
    assert meaning("identify", **message) == [
        ("alias", {"srcid": f"a-{VISITOR}", "destid": "ada", "reason": "identify", "message_id": "m"}),
        ("set", {"id": "ada", "data": {"plan": "Gold", "gone": None}, "message_id": "m"}),
    ]


def test_identify_without_traits_still_makes_the_person_known() -> None:
    assert meaning("identify", userId="ada", traits=None) == [("set", {"id": "ada", "data": {}})]
    assert [route for route, _ in meaning("identify", userId="ada", anonymousId=VISITOR)] == ["alias"]
    assert meaning("identify", anonymousId=VISITOR, traits={"a": 1}) == [
        ("set", {"id": f"a-{VISITOR}", "data": {"a": 1}})
    ]


def test_traits_may_stand_in_the_context() -> None:
    [(_, params)] = meaning("identify", userId="ada", context={"traits": {"plan": "Gold"}, "ip": "192.0.2.1"})
    assert params["data"] == {"plan": "Gold"}


@pytest.mark.parametrize(
    ("traits", "values", "fill"),
    [
        ({"firstName": "Ada", "lastName": "King"}, {"first_name": "Ada", "last_name": "King"}, {}),
        ({"name": "Ada"}, {"name": "Ada"}, {"first_name": "Ada"}),
        ({"name": " Ada  King Lovelace "}, None, {"first_name": "Ada", "last_name": "King Lovelace"}),
        ({"name": "Ada King", "firstName": "A."}, None, {"last_name": "King"}),
        ({"name": "Ada King", "last_name": None}, None, {"first_name": "Ada"}),
        ({"avatar": "https://x.example/a.png"}, None, {"profile_image": "https://x.example/a.png"}),
        ({"name": 5, "avatar": None}, None, {}),
        ({"name": " ", "avatar": ""}, None, {}),
    ],
)
def test_names_and_pictures_fill_in(
    traits: dict[str, Any], values: dict[str, Any] | None, fill: dict[str, str]
) -> None:
    [call] = calls_of({"userId": "ada", "traits": traits}, "identify", UTC)
    assert call.fill == fill
    assert values is None or call.params["data"] == values


def test_pages_and_screens_are_events_with_their_name_beside_the_properties() -> None:
    properties = {"url": "https://shop.example/"}
    named = {**properties, "name": "Home", "category": "Shop", "page": "/"}
    assert meaning("page", userId="ada", name="Home", category="Shop", properties=properties) == [
        ("track", {"id": "ada", "action": "Page view", "data": named})
    ]
    assert meaning("page", userId="ada", name=None) == [("track", {"id": "ada", "action": "Page view"})]
    [(_, params)] = meaning("screen", userId="ada", name="Home")
    assert (params["action"], params["data"]) == ("Screen view", {"name": "Home"})


@pytest.mark.parametrize(
    ("properties", "more"),
    [
        ({"path": "/shop", "url": "https://s.example/shop?utm_source=ad&utm_campaign=spring%20sale&x=1#top"},
         {"page": "/shop", "utm_source": "ad", "utm_campaign": "spring sale"}),
        ({"url": "https://s.example"}, {"page": "/"}),
        ({"path": "/shop", "search": "?utm_medium=mail"}, {"page": "/shop", "utm_medium": "mail"}),
        ({"path": "/shop", "page": 3, "url": "/?utm_source=a", "utm_source": "b"}, {}),
        ({"path": 5}, {}),
        ({"url": "https://s.example/?" + "&".join(["utm_source=a"] * 200)}, {"page": "/", "utm_source": "a"}),
    ],
)  # fmt: skip
def test_a_page_says_where_it_is_and_which_advertisement_led_there(
    properties: dict[str, Any], more: dict[str, Any]
) -> None:
    [(_, params)] = meaning("page", userId="ada", properties=properties)
    assert params["data"] == {**properties, **more}


def test_a_group_is_the_company_of_the_person() -> None:
    assert meaning("group", userId="ada", groupId=7, traits={"name": "ACME", "employees": 12}) == [
        ("set", {"id": "ada", "data": {"company": {"id": "7", "name": "ACME", "employees": 12}}})
    ]


def test_alias_joins_the_previous_id() -> None:
    assert meaning("alias", previousId="old", userId="ada") == [
        ("alias", {"srcid": "old", "destid": "ada", "reason": "alias"})
    ]
    [(_, params)] = meaning("alias", previousId=VISITOR, anonymousId=VISITOR, userId="ada")
    assert params["srcid"] == f"a-{VISITOR}"


@pytest.mark.parametrize(
    ("kind", "message", "code", "param"),
    [
        ("track", {"event": "rate"}, "missing_param", "userId"),
        ("track", {"userId": "ada"}, "missing_param", "event"),
        ("track", {"userId": "ada", "event": "rate", "properties": [1]}, "data_not_object", "properties"),
        ("track", {"userId": ["ada"], "event": "rate"}, "bad_value", "userId"),
        ("track", {"userId": True, "event": "rate"}, "bad_value", "userId"),
        ("track", {"anonymousId": "undefined", "event": "rate"}, "reserved_id", "anonymousId"),
        ("identify", {"userId": "ada", "traits": "x"}, "data_not_object", "traits"),
        ("identify", {"userId": "ada", "context": 5}, "data_not_object", "context"),
        ("identify", {}, "missing_param", "userId"),
        ("group", {"userId": "ada"}, "missing_param", "groupId"),
        ("alias", {"userId": "ada"}, "missing_param", "previousId"),
        ("alias", {"previousId": "old"}, "missing_param", "userId"),
        ("alias", {"previousId": "null", "userId": "ada"}, "reserved_id", "previousId"),
        ("track", {"userId": "ada", "event": "rate", "timestamp": "soon"}, "bad_ts", "timestamp"),
        ("track", {"userId": "ada", "event": "rate", "originalTimestamp": []}, "bad_ts", "originalTimestamp"),
        ("batch", {}, "bad_value", "type"),
        (None, {}, "bad_value", "type"),
        ([], {}, "bad_value", "type"),
    ],
)
def test_what_means_nothing_is_refused_by_their_names(
    kind: Any, message: dict[str, Any], code: str, param: str
) -> None:
    assert refusal(kind, **message) == (code, param)


@pytest.mark.parametrize(
    ("times", "ts"),
    [
        ({"timestamp": "2026-09-21T14:13:20Z"}, "1790000000.000000"),
        ({"timestamp": "2026-09-21T14:13:20.123456+00:00"}, "1790000000.123456"),
        ({"timestamp": "2026-09-21T16:13:20.5+02:00"}, "1790000000.500000"),
        ({"timestamp": 1790000000.5}, "1790000000.500000"),
        ({"timestamp": 1790000000500}, "1790000000.500000"),
        ({"timestamp": None, "originalTimestamp": "2026-09-21T14:13:20.000Z"}, "1790000000.000000"),
        ({"timestamp": "", "originalTimestamp": "2026-09-21T14:13:20.000Z"}, "1790000000.000000"),
        ({"timestamp": "2026-09-21T14:13:20Z", "originalTimestamp": "2020-01-01"}, "1790000000.000000"),
        ({"timestamp": "1965-01-01T00:00:00Z"}, "-157766400.000000"),
        ({}, None),
    ],
)
def test_times_come_in_many_forms(times: dict[str, Any], ts: str | None) -> None:
    [(_, params)] = meaning("track", userId="ada", event="rate", **times)
    assert params.get("ts") == ts


def test_a_time_without_a_zone_is_of_the_site() -> None:
    [call] = calls_of(
        {"userId": "ada", "event": "rate", "timestamp": "2026-09-21T16:13:20"}, "track", Calendar("Europe/Berlin")
    )
    assert call.params["ts"] == "1790000000.000000"


def test_when_it_was_sent_is_read_if_it_can_be() -> None:
    assert sent_at({"sentAt": "2026-09-21T14:13:20.123Z"}, UTC) == "1790000000.123000"
    assert [sent_at(message, UTC) for message in ({}, {"sentAt": None}, {"sentAt": "soon"}, {"sentAt": []})] == [
        None
    ] * 4
