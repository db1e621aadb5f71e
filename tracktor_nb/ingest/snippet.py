"""The two texts that bring tio.js into a page: the snippet a customer pastes, and the script as a site is served it.

tio.js learns its token from the first line of what it is served (`window.__tioConfig`) and its server from the address
it was loaded from, so the built file is one and the same for all sites, and a proxy with a path in front just works.
"""

from __future__ import annotations

import json

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


def script(sid: str, static_tio_js: bytes) -> bytes:
    """Return tio.js for one site: its token takes the place of the first line, a comment."""
    _, _, code = static_tio_js.partition(b"\n")
    return f"window.__tioConfig={_literal({'sid': sid})};\n".encode() + code


def _literal(value: object) -> str:
    """Return JavaScript of the value that is safe inside HTML: it can neither end a script element nor open one."""
    return json.dumps(value).replace("<", "\\u003c")
