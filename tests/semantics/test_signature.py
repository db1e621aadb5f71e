"""Signatures that expire, and sites with two secrets (SEMANTICS 1, secure mode)."""

from __future__ import annotations

import pytest

from tracktor_nb.errors import PayloadError
from tracktor_nb.semantics.identity import check_distinct_id, check_signature, expiring_signature, signature

OLD, NEW = "2D8CarQ4rX3WvH6TK7DpJDk5", "a new secret"
VECTOR = "BAE386C7C274E925F38A27A2F11ADCBD1FA0A270E84D44D61DEC1A92E91016C4"
NOW = 1_790_000_000
SECOND = 1_000_000


def verdict(given: str, id: str = "5115", secrets: tuple[str, ...] = (NEW, OLD), now: int = NOW * SECOND) -> str:
    try:
        check_signature(secrets, id, given, now)
    except PayloadError as error:
        return error.code if error.status == 403 else f"{error.status} {error.code}"
    return "ok"


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_either_of_two_secrets_signs(secret: str) -> None:
    for given in (signature(secret, "5115"), signature(secret, "5115").lower()):
        assert verdict(given) == "ok"
        assert verdict(given, "5116") == "bad_signature"
        assert verdict(given, secrets=(secret,)) == "ok"
        assert verdict(given, secrets=("another",)) == "bad_signature"


def test_the_expiring_form_signs_the_version_the_time_and_the_id() -> None:
    """The same as: printf 'v2\\n1790000060\\n5115' | openssl dgst -sha256 -hmac 2D8CarQ4rX3WvH6TK7DpJDk5."""
    assert expiring_signature(OLD, "5115", NOW + 60) == f"v2.1790000060.{VECTOR}"


def test_an_expiring_signature_is_good_until_its_second_comes() -> None:
    given = expiring_signature(OLD, "5115", NOW + 60)
    assert verdict(given) == "ok"
    assert verdict(given.lower()) == "ok"
    assert verdict(given, now=(NOW + 60) * SECOND - 1) == "ok"
    assert verdict(given, now=(NOW + 60) * SECOND) == "expired_signature"
    assert verdict(given, "5116") == "bad_signature"


@pytest.mark.parametrize(
    "change",
    [
        lambda given: given.replace(str(NOW + 60), str(NOW + 61)),
        lambda given: given.replace("v2", "v3"),
        lambda given: given.removeprefix("v2."),
        lambda given: given.split(".")[2],
        lambda given: given[:-1],
        lambda given: given + "0",
        lambda given: given.replace("v2.", "v2.0"),
        lambda given: f"v2.{'9' * 13}.{'0' * 64}",
        lambda given: f"v2.-1.{given.split('.')[2]}",
        lambda given: "v2..",
        lambda given: "é" * 64,
    ],
)
def test_an_altered_signature_is_a_wrong_one(change: object) -> None:
    given = change(expiring_signature(OLD, "5115", NOW + 60))  # type: ignore[operator]
    assert verdict(given) == "bad_signature"


def test_nobody_can_take_a_name_whose_plain_signature_is_the_expiring_one_of_somebody_else() -> None:
    for name in (f"v2.{NOW + 60}.victim", f"v2 {NOW + 60} victim"):
        assert verdict(f"v2.{NOW + 60}.{signature(OLD, name)}", "victim") == "bad_signature"
    with pytest.raises(PayloadError, match="control character"):
        check_distinct_id(f"v2\n{NOW + 60}\nvictim")
