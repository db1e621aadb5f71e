"""The access log: one JSON line a request, with no secret and no person's data in it."""

from __future__ import annotations

import logging
import logging.handlers
import time
from pathlib import Path

import orjson
from tornado.web import RequestHandler

LARGEST_FILE = 32 * 1024 * 1024
FILES_KEPT = 3
LOGGED = ("sid", "action", "ts", "message_id", "reason")
"""Parameters that may be written down. Signatures, data and ids are not among them, nor is anything we do not know:
a log cannot forget a person who is erased."""
_LONGEST_VALUE = 200


class AccessLog:
    """Collects lines and writes them when asked: the disk is not touched while a request is answered."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lines: list[bytes] = []
        self._file = logging.handlers.RotatingFileHandler(path, maxBytes=LARGEST_FILE, backupCount=FILES_KEPT)

    def __call__(self, handler: RequestHandler) -> None:
        """Note a request that was answered; Tornado's `log_function`."""
        request = handler.request
        line = {
            "at": round(time.time(), 3),
            "method": request.method,
            "path": request.path,
            "status": handler.get_status(),
            "ms": round(request.request_time() * 1000, 1),
            "ip": request.remote_ip,
        }
        params = getattr(handler, "params", None)
        if params is not None:
            line |= {
                name: value[:_LONGEST_VALUE]
                for name, value in params.values.items()
                if name in LOGGED and isinstance(value, str)
            }
        if handler.get_status() >= 400:
            line |= {"error": getattr(handler, "error_code", None), "request_id": getattr(handler, "request_id", None)}
        self._lines.append(orjson.dumps(line))

    def write(self) -> None:
        """Write what was collected."""
        if self._lines:
            lines, self._lines = self._lines, []
            text = b"\n".join(lines).decode()
            self._file.emit(logging.LogRecord("access", logging.INFO, "", 0, text, None, None))

    def close(self) -> None:
        """Write the rest and close the file."""
        self.write()
        self._file.close()
