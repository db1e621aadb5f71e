"""Find the Chromium that the browser tests drive, or install Debian's; `make test` runs this file.

Playwright's own browsers are never downloaded: they come from a host that many networks do not reach.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
CURE = (
    "Install Chromium or Google Chrome so that one of these is on the PATH: " + ", ".join(NAMES) + "; or set CHROMIUM"
    " to the path of the program."
)


def find_chromium() -> str | None:
    """Return the path of a browser of the Chromium family: the one in CHROMIUM, else the first on the PATH."""
    if given := os.environ.get("CHROMIUM"):
        return shutil.which(given) or sys.exit(f"CHROMIUM={given} is not a program that can be run. {CURE}")
    return next(filter(None, map(shutil.which, NAMES)), None)


def install() -> None:
    """Install Debian's Chromium if there is no browser yet and we may; else say what to do."""
    if find_chromium():
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        sys.exit(f"The browser tests need Chromium, and there is none. {CURE}")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium", "fonts-dejavu-core"]):
        if subprocess.run(["apt-get", "--quiet", "--quiet", *command], env=quiet, check=False).returncode != 0:
            sys.exit(f"`apt-get {' '.join(command)}` failed; its message stands above. {CURE}")


if __name__ == "__main__":
    install()
