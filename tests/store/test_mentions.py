from __future__ import annotations

import json
from urllib.parse import quote, quote_plus

import pytest

from tracktor_nb.errors import PayloadError
from tracktor_nb.store.database import Database
from tracktor_nb.store.mentions import mentioning
from tracktor_nb.store.rejected import keep_rejected
from tracktor_nb.store.sites import SiteRecord, add_site

IDS = ["ann@example.com", "jürgen", 'o"neil', "a/b\\c", "two words", "100%", "日本", "5115"]
WRITTEN = {
    "form": lambda id: f"id={quote_plus(id)}&ts=x",
    "url": lambda id: f"id={quote(id, safe='')}&ts=x",
    "json": lambda id: json.dumps({"id": id}),
    "json in utf-8": lambda id: json.dumps({"id": id}, ensure_ascii=False),
    "json in a url": lambda id: f"data={quote_plus(json.dumps({'id': id}))}",
    "json as php writes it": lambda id: json.dumps({"id": id}).replace("/", "\\/"),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_an_id_is_found_however_it_was_written(database: Database, shop: SiteRecord, how: str) -> None:
    other = database.writer.run(lambda tx: add_site(tx, "other"))
    why = PayloadError("bad_ts", "ts", "No time.")

    def step(tx: object) -> None:
        for site in (other, shop):
            for id in IDS:
                keep_rejected(tx, site.id, 0, "track", WRITTEN[how](id).encode(), why)  # type: ignore[arg-type]

    database.writer.run(step)
    with database.read() as connection:
        found = [mentioning(connection, shop.id, [id]) for id in IDS]
        assert [len(each) for each in found] == [1] * len(IDS)
        assert [number for each in found for number in each] == mentioning(connection, shop.id, IDS)
        assert mentioning(connection, shop.id, ["nobody"]) == []
        assert mentioning(connection, shop.id, ["511", "115", "ann", "5115x"]) == found[0], "no id in a longer word"
