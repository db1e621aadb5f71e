"""The real ingest server in a process of its own, which can be killed and started again at the same address."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path


class ServerProcess:
    """`tracktor-nb serve` in demo mode, started as a person would, over the database at the URL."""

    def __init__(self, folder: Path, url: str) -> None:
        self._port = _free_port()
        self._settings = {"DATABASE": url, "PORT": str(self._port), "DATA": str(folder), "DEMO": "1", "SITE": "demo"}
        self._process: subprocess.Popen[str] | None = None

    @property
    def origin(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tracktor_nb", "serve"],
            env=os.environ | {f"TRACKTOR_{name}": value for name, value in self._settings.items()},
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert self._process.stdout is not None
        assert "listening" in self._process.stdout.readline(), "the server did not start; its message stands above"

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ask it to end."""
        assert self._process is not None
        self._process.terminate()
        assert self._process.wait(timeout=20) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
