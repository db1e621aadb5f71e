"""Who is who: distinct ids, signatures, and people as connected sets of identities (SEMANTICS 1)."""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from tracktor_nb.errors import PayloadError

from .event import IdentityEdge

_EXPIRING = re.compile(r"v2\.([0-9]{1,12})\.([0-9A-Fa-f]{64})")
ANONYMOUS_PREFIX = "a-"
LONGEST_ID = 255

# Values that programs send by mistake: one of them shared by everybody would glue thousands of people together.
RESERVED_IDS = frozenset(
    {
        *("0", "-1", "true", "false", "nil", "none", "null", "undefined", "nan", "n/a", "[object object]"),
        *("id", "distinct_id", "user", "anon", "anonymous", "guest"),
        "00000000-0000-0000-0000-000000000000",
    }
)


def is_anonymous(distinct_id: str) -> bool:
    """True for the ids that tio.js makes for visitors it does not know yet."""
    return distinct_id.startswith(ANONYMOUS_PREFIX)


def check_distinct_id(distinct_id: str, param: str = "id") -> str:
    """Return the id unchanged, or raise PayloadError: ids are byte-exact, so nothing is ever trimmed or mended."""
    if distinct_id == "":
        raise PayloadError("missing_param", param, f"`{param}` is empty; send the id of the person.")
    if distinct_id != distinct_id.strip():
        raise PayloadError("bad_id", param, f"`{param}` starts or ends with a blank; trimming would change the id.")
    if not (distinct_id.isascii() and distinct_id.isprintable()) and any(map(_is_control, distinct_id)):
        raise PayloadError("bad_char", param, f"`{param}` contains a control character or half a surrogate pair.")
    if len(distinct_id.encode()) > LONGEST_ID:
        raise PayloadError("bad_id", param, f"`{param}` is longer than {LONGEST_ID} bytes.")
    if distinct_id.strip().lower() in RESERVED_IDS:
        raise PayloadError(
            "reserved_id", param, f"`{param}` is {distinct_id!r}, which many people would share by mistake."
        )
    return distinct_id


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(character) in (
        "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
    )  # fmt: skip


def signature(secret: str, distinct_id: str) -> str:
    """Return the identity's signature: HMAC-SHA256(secret, utf8(id)) in upper-case hex (SEMANTICS 1, secure mode)."""
    return _mac(secret, distinct_id).hex().upper()


@lru_cache(maxsize=16_384)
def signature_matches(secret: str, distinct_id: str, given: str) -> bool:
    """True if `given` (hex of either case) signs the id; compared in constant time on bytes.

    Remembered, because who is there sends the same signature with every call.
    """
    try:
        raw = bytes.fromhex(given)
    except ValueError:
        return False
    return len(given) == 64 and hmac.compare_digest(raw, _mac(secret, distinct_id))


def _mac(secret: str, text: str) -> bytes:
    """Not hmac.digest: that lets go of the interpreter lock, and waits 160 us for it while another thread works."""
    mac = _keyed(secret).copy()
    mac.update(text.encode())
    return mac.digest()


@lru_cache(maxsize=1024)
def _keyed(secret: str) -> hmac.HMAC:
    return hmac.new(secret.encode(), digestmod="sha256")


def expiring_signature(secret: str, distinct_id: str, expires: int) -> str:
    """Return `v2.<expires>.<hmac>`, which signs the id until `expires` (Unix seconds).

    The HMAC is that of `signature` over three lines without an end: v2, <expires>, the id.
    """
    return f"v2.{expires}.{signature(secret, _until(str(expires), distinct_id))}"


def check_signature(secrets: Iterable[str], distinct_id: str, given: str, now: int, param: str = "sign") -> None:
    """Raise PayloadError 403 unless one of the secrets signs the id, for ever or at least until `now` (microseconds).

    `bad_signature` is a wrong one, `expired_signature` one that was right.
    """
    expires, signed, sign = None, distinct_id, given
    if given.startswith("v2.") and (found := _EXPIRING.fullmatch(given)):
        expires, sign = found.groups()
        signed = _until(expires, distinct_id)
    if not any(signature_matches(secret, signed, sign) for secret in secrets):
        raise PayloadError("bad_signature", param, f"`{param}` is not the signature of this id; see secure mode.", 403)
    if expires is not None and int(expires) * 1_000_000 <= now:
        raise PayloadError("expired_signature", param, f"`{param}` was good until {expires}; sign the id anew.", 403)


def _until(expires: str, distinct_id: str) -> str:
    """The text that is signed. Lines, because no id has two: nobody can take a name whose plain signature is this."""
    return f"v2\n{expires}\n{distinct_id}"


def person_of(edges: Iterable[IdentityEdge]) -> dict[int, int]:
    """Return the person of each identity that the edges mention; an identity without edges is its own person.

    A person is known by the identity that the last merge pointed to. Edges are taken in order of arrival, so the
    answer can be rebuilt from the log at any time, and undoing an edge is the same answer without it.
    """
    person: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    for edge in sorted(edges, key=lambda each: each.seq):
        if edge.undone_at is not None:
            continue
        src, dest = person.setdefault(edge.src, edge.src), person.setdefault(edge.dest, edge.dest)
        if src == dest:
            continue
        moved = members.pop(src, [src])
        members.setdefault(dest, [dest]).extend(moved)
        person.update(dict.fromkeys(moved, dest))
    return person
