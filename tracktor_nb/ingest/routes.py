"""The routes of the door: calls that record, the browser library, the demo page, health."""

from __future__ import annotations

import asyncio
import gzip
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from tornado import web

from tracktor_nb.errors import PayloadError, StoreError, TooManyError, TracktorError
from tracktor_nb.store.rejected import keep_rejected
from tracktor_nb.store.sites import SiteRecord, list_sites

from .bots import is_bot
from .calls import Call, entry_of
from .door import Door, House, Replies, log
from .recording import step_of
from .requests import Params, read_params
from .snippet import script, snippet


class Record(Door):
    """/set, /track and /alias: 200 is said after the commit, never before."""

    params: Params | None = None
    site: SiteRecord | None = None
    received_at = 0

    async def get(self, route: str) -> None:
        """Record what the query says; a body is not looked at."""
        await self._take(route, b"")

    async def post(self, route: str) -> None:
        """Record what query and body say together."""
        await self._take(route, None)

    async def _take(self, route: str, body: bytes | None) -> None:
        self.set_header("Cache-Control", "no-store")
        self.house.recording += 1
        try:
            self.finish(await self._record(route, self.read_body() if body is None else body))
        except TooManyError as error:
            self.refuse(error)
        except PayloadError as error:
            await self._keep(route, error)
            self.refuse(error)
        except StoreError as error:
            self.refuse(error)
        finally:
            self.house.recording -= 1

    async def _record(self, route: str, body: bytes) -> bytes:
        """Return the answer, once it is true."""
        headers = self.request.headers
        self.received_at = self.house.clock() // 1000
        self.params = params = read_params(self.request.query_arguments, headers.get("Content-Type", ""), body)
        self.site = await self.house.directory.find(params.need("sid"))
        self.house.limits.admit(self.site.sid, self.request.remote_ip or "")
        if params.problem is not None:
            raise params.problem
        call = Call(self.site, params, self.received_at, is_bot(headers.get("User-Agent", "")))
        [outcome] = await self.house.commits.submit(step_of(self.site.id, [entry_of(route, call)]))
        if isinstance(outcome, PayloadError):
            raise outcome
        answer: dict[str, Any] = {"ok": True, **outcome}
        if message_id := params.text("message_id"):
            answer["message_id"] = message_id
        return orjson.dumps(answer)

    async def _keep(self, route: str, why: PayloadError) -> None:
        """Keep what was refused, as it was sent, if we know whose it is: its owner can look at it and send it again."""
        site, arrived = self.site, self.received_at
        if site is None:
            return
        raw = b"\n".join(part for part in (self.request.query.encode("latin1"), bytes(self.body)) if part)
        try:
            await self.house.commits.submit(lambda tx: keep_rejected(tx, site.id, arrived, route, raw, why))
        except StoreError as error:
            log.error("a refused call to /%s could not be kept: %s", route, error)


class Library(Door):
    """/scripts/<sid>.js and /tio.js?sid=: the browser library with the site's token in it."""

    methods = "GET, HEAD, OPTIONS"

    async def get(self, sid: str | None = None) -> None:
        """Serve the library, or a script that says why there is none."""
        try:
            found = await self._site(sid)
            packed = script_of(found, *_version(self.house.static / "tio.js"))
        except TracktorError as error:
            self._warn(error)
            return
        self._javascript("public, max-age=300")
        self.set_header("Vary", "Accept-Encoding")
        if "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            self.finish(packed)
        else:
            self.finish(gzip.decompress(packed))

    head = get

    def compute_etag(self) -> str | None:
        """Let browsers ask whether the script is still the same."""
        return web.RequestHandler.compute_etag(self)

    async def _site(self, sid: str | None) -> str:
        params = read_params(self.request.query_arguments)
        return (await self.house.directory.find(params.need("sid") if sid is None else sid)).sid

    def _warn(self, error: TracktorError) -> None:
        self.set_status(404 if isinstance(error, PayloadError) else 503)
        self._javascript("no-store")
        message = orjson.dumps(f"tracktor: {error}").decode().replace("<", "\\u003c")
        self.finish(f"console.warn({message});\n")

    def _javascript(self, cache: str) -> None:
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.set_header("Cache-Control", cache)
        self.set_header("X-Content-Type-Options", "nosniff")


def _version(path: Path) -> tuple[Path, int]:
    try:
        return path, path.stat().st_mtime_ns
    except FileNotFoundError:
        raise StoreError(f"{path.name} is not built; run `python js/build.py`.") from None


@lru_cache(maxsize=256)
def script_of(sid: str, path: Path, version: int) -> bytes:
    """Return the site's script, gzipped; `version` makes a newly built one be read."""
    return gzip.compress(script(sid, path.read_bytes()), mtime=0)


class Demo(Door):
    """/demo: a customer's page to click through, with the snippet of a site in it. Served in demo mode only."""

    methods = "GET, OPTIONS"
    site_name: str
    dashboard_url: str

    def initialize(self, house: House, site_name: str = "", dashboard_url: str = "") -> None:
        """Called by Tornado for each request."""
        super().initialize(house)
        self.site_name, self.dashboard_url = site_name, dashboard_url

    async def get(self) -> None:
        """Serve the page for the site that was named, else for the first."""
        site = await asyncio.to_thread(self._site)
        if site is None:
            self.answer_error(404, "no_site", None, "There is no site yet: run `tracktor-nb site add NAME`.")
            return
        self.set_header("Content-Type", "text/html; charset=utf-8")
        origin = f"{self.request.protocol}://{self.request.host}"
        texts = {"sid": site.sid, "origin": origin, "snippet": snippet(site.sid, origin)}
        self.render("demo.html", **texts, dashboard_url=self.dashboard_url)

    def _site(self) -> SiteRecord | None:
        with self.house.database.read() as connection:
            sites = list_sites(connection)
        return next((site for site in sites if site.name == self.site_name), sites[0] if sites else None)


class Health(Door):
    """/healthz: 200 if an event sent now would be recorded."""

    methods = "GET, HEAD, OPTIONS"

    async def get(self) -> None:
        """Take part in a commit and say so."""
        try:
            await self.house.commits.submit(lambda _: None)
        except StoreError as error:
            log.error("not healthy: %s", error)
            self.refuse(error)
        else:
            self.finish(b'{"ok":true}')

    head = get


class Static(Replies, web.StaticFileHandler):
    """/static/…: built JavaScript; cached for years when asked for with `?v=`."""

    methods = "GET, HEAD, OPTIONS"
