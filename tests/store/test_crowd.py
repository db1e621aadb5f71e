"""Several processes write about the same people at once: nothing is lost, and who is one person is what was said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tracktor_nb.semantics.event import IdentityEdge
from tracktor_nb.semantics.identity import person_of
from tracktor_nb.store.database import Database
from tracktor_nb.store.frames import Frames
from tracktor_nb.store.sites import SiteRecord

PROCESSES = 4
ROOT = Path(__file__).parents[2]


class Unions:
    """The oracle: sets of ids that were said to be one person, in whatever order."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def root(self, id: str) -> str:
        while (parent := self._parent.setdefault(id, id)) != id:
            id = parent
        return id

    def join(self, one: str, other: str) -> None:
        self._parent[self.root(one)] = self.root(other)

    def of(self, ids: set[str]) -> set[frozenset[str]]:
        groups: dict[str, set[str]] = {}
        for id in ids:
            groups.setdefault(self.root(id), set()).add(id)
        return {frozenset(group) for group in groups.values()}


def start(url: str, site: SiteRecord, seed: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.crowd", url, str(site.id), str(seed)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def follow(frames: Frames, crowd: list[subprocess.Popen[str]]) -> list[int]:
    """Read events by watermark while the processes write, and once more when they are done."""
    seqs: list[int] = []
    position = 0
    running = True
    while running:
        running = any(process.poll() is None for process in crowd)
        upto = frames.watermark().position
        for batch in frames.events(position, upto):
            seqs += batch["seq"].to_pylist()
        position = upto
    return seqs


def test_people_are_what_a_union_find_says_and_a_follower_misses_nothing(
    database: Database, shop: SiteRecord, database_url: str
) -> None:
    frames = Frames(database, shop.id)
    crowd = [start(database_url, shop, seed) for seed in range(PROCESSES)]
    followed = follow(frames, crowd)
    said: list[dict[str, Any]] = []
    for process in crowd:
        out, err = process.communicate()
        assert process.returncode == 0, err
        said.append(json.loads(out))
    unions = Unions()
    for src, dest in (pair for each in said for pair in each["merged"]):
        unions.join(src, dest)
    identities = frames.identities().to_pylist()
    people: dict[int, set[str]] = {}
    for row in identities:
        people.setdefault(row["person_id"], set()).add(row["distinct_id"])
    assert {frozenset(ids) for ids in people.values()} == unions.of({row["distinct_id"] for row in identities})
    known_by = person_of(IdentityEdge(**edge) for edge in frames.edges().to_pylist())
    assert {row["id"]: row["person_id"] for row in identities if row["id"] in known_by} == known_by
    assert len(identities) == len({row["distinct_id"] for row in identities})
    assert len(followed) == len(set(followed)) == sum(each["events"] for each in said)
    changed = [values for batch in frames.changes() for values in batch["data"].to_pylist()]
    assert len(changed) == len(set(changed)) == sum(each["changes"] for each in said)
