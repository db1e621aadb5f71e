"""The routes that record nothing: the browser library, its configuration, the demo page, health, static files."""

from __future__ import annotations

import asyncio
import gzip
import re
from functools import lru_cache
from pathlib import Path

import orjson
from tornado import web

from tracktor_nb.errors import PayloadError, StoreError, TracktorError
from tracktor_nb.store.sites import SiteRecord, list_sites

from .door import Door, House, Replies, log
from .requests import read_params
from .snippet import config_of, script, snippet

_ORIGIN = re.compile(r"https?://[^/?#]+")


class Library(Door):
    """/scripts/<sid>.js and /tio.js?sid=: the browser library with the site's token in it."""

    methods = "GET, HEAD, OPTIONS"

    async def get(self, sid: str | None = None) -> None:
        """Serve the library, or a script that says why there is none."""
        try:
            found = await self._site(sid)
            packed = script_of(orjson.dumps(config_of(found)), *_version(self.house.static / "tio.js"))
        except TracktorError as error:
            self._warn(error)
            return
        self._note(found)
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

    async def _site(self, sid: str | None) -> SiteRecord:
        params = read_params(self.request.query_arguments)
        return await self.house.directory.find(params.need("sid") if sid is None else sid)

    def _note(self, site: SiteRecord) -> None:
        """Note which snippet a page has: it says so, and browsers send the page's origin as the referrer."""
        version = self.request.query_arguments.get("snippet", [b"0"])[-1]
        page = _ORIGIN.match(self.request.headers.get("Referer", ""))
        if page and version.isdigit() and len(version) < 5:
            self.house.origins.script(site.id, page[0], self.house.clock() // 1000, int(version))

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
def script_of(config: bytes, path: Path, version: int) -> bytes:
    """Return the site's script, gzipped; `version` makes a newly built one be read."""
    return gzip.compress(script(orjson.loads(config), path.read_bytes()), mtime=0)


class Config(Door):
    """/config/<sid>.json: what tio.js must know of a site, for pages that bring the script themselves."""

    methods = "GET, HEAD, OPTIONS"

    async def get(self, sid: str) -> None:
        """Serve it."""
        try:
            found = await self.house.directory.find(sid)
        except TracktorError as error:
            self.refuse(error)
            return
        self.set_header("Cache-Control", "public, max-age=60")
        self.finish(orjson.dumps(config_of(found)))

    head = get


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
