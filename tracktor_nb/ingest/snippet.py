"""The two texts that bring tio.js into a page: the snippet a customer pastes, and the script as a site is served it.

tio.js learns what it must know of the site from the first line of what it is served (`window.__tioConfig`), and its
server from the address it was loaded from. So the built file is the same for all sites, and a proxy with a path in
front just works.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tracktor_nb.semantics.period import SECOND
from tracktor_nb.semantics.session import LONGEST_BREAK
from tracktor_nb.store.site_settings import silences_of
from tracktor_nb.store.sites import SiteRecord

SNIPPET_VERSION = 2
"""Counts the forms of the snippet: pages ask for the script with the version they have, so `site check` can tell."""
METHODS = (
    *("identify", "setProperties", "track", "page", "alias", "reset", "optIn", "optOut"),
    *("setCart", "cancelCart", "purchaseCart", "setMessengerConfig"),
)

# Collects the calls made before the script is there, in an array as the seed's own snippet does; the script turns that
# same array into the library. The promise of an early call is kept with it (`done`).
_SNIPPET = """\
<script>
(function (d) {
  var tio = window.tio = window.tio && window.tio.push ? window.tio : [];
  %(methods)s.forEach(function (method) {
    tio[method] = tio[method] || function () {
      var call = [method].concat([].slice.call(arguments));
      return new Promise(function (done) { call.done = done; tio.push(call); });
    };
  });
  var script = d.createElement('script');
  script.async = true;
  script.src = %(source)s;
  d.head.appendChild(script);
})(document);
</script>
"""


def snippet(sid: str, origin: str) -> str:
    """Return the HTML to paste into the head of a site's pages; `origin` is this server, e.g. https://t.example.com."""
    source = f"{origin.rstrip('/')}/scripts/{sid}.js?snippet={SNIPPET_VERSION}"
    return _SNIPPET % {"methods": json.dumps(METHODS), "source": _literal(source)}


def config_of(site: SiteRecord) -> dict[str, Any]:
    """Return what tio.js must know of a site: its token, its auto events, which advanced events are on, and how many
    seconds of silence end a session. None of it is secret: every visitor's browser reads it.
    """
    settings = site.settings
    carts = any(silence is not None for silence in silences_of(settings))
    return {
        "sid": site.sid,
        "autoEvents": settings.get("auto_events", []),
        "advanced": {"visited": settings.get("visited_site", True), "cart": carts},
        "session": LONGEST_BREAK // SECOND,
    }


def script(config: Mapping[str, Any], static_tio_js: bytes) -> bytes:
    """Return tio.js for one site: what it must know takes the place of the first line, a comment."""
    _, _, code = static_tio_js.partition(b"\n")
    return f"window.__tioConfig={_literal(config)};\n".encode() + code


def _literal(value: object) -> str:
    """Return JavaScript of the value that is safe inside HTML: it can neither end a script element nor open one."""
    return json.dumps(value).replace("<", "\\u003c")
