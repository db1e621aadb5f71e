"""Settings of one installation: environment first, then tracktor.toml, then defaults."""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .errors import SettingError

PREFIX = "TRACKTOR_"


@dataclass(frozen=True)
class Settings:
    """Where the data is and where the doors open.

    Each field can be set as TRACKTOR_<NAME> in the environment or as <name> in tracktor.toml of the working folder.
    """

    data: Path = Path("tracktor-data")
    """Folder of everything we keep: the SQLite file, tokens, caches."""
    database: str = ""
    """SQLAlchemy URL; empty means a SQLite file in the data folder."""
    site: str = ""
    """The site that `tr.connect()` opens when none is named."""
    host: str = "127.0.0.1"
    port: int = 8000
    dashboard_port: int = 8866
    lab_port: int = 8888
    demo: bool = False
    """Serve the demo page."""
    sender_rate: int = 1000
    """Calls a second that one network (IPv4 /24, IPv6 /64) may send to one site, ten seconds' worth at once; 0: any."""
    site_rate: int = 10_000
    """Calls a second that all senders together may send to one site; 0: any."""
    person_rate: int = 10
    """Changes a second of the properties and the cart of one person, ten seconds' worth at once; 0: any."""
    proxies: str = ""
    """Addresses or networks of the proxies in front, whose X-Forwarded-For is believed: "127.0.0.1, 10.0.0.0/8"."""

    @property
    def url(self) -> str:
        """The database as a SQLAlchemy URL."""
        return self.database or f"sqlite:///{(self.data / 'tracktor.db').resolve()}"

    def environment(self) -> dict[str, str]:
        """Return the environment that hands these settings to another process."""
        return {PREFIX + each.name.upper(): _written(getattr(self, each.name)) for each in fields(self)} | {
            PREFIX + "DATABASE": self.url,
            PREFIX + "DATA": str(self.data.resolve()),
        }

    def token(self, door: str) -> str:
        """Return the secret of a door ("dashboards", "lab", "analysis"): made at first use, kept in a 0600 file."""
        path = self.data / f"{door}.token"
        if not path.exists():
            self.data.mkdir(parents=True, exist_ok=True)
            made = self.data / f".{door}.{secrets.token_hex(4)}"
            made.touch(mode=0o600)
            made.write_text(secrets.token_urlsafe(24))
            try:
                os.link(made, path)
            except FileExistsError:
                pass
            finally:
                made.unlink()
        return path.read_text().strip()


def load_settings(environment: Mapping[str, str] = os.environ, folder: Path | None = None) -> Settings:
    """Return the settings in force, or raise SettingError naming the one that cannot be used."""
    written = _from_file((folder or Path.cwd()) / "tracktor.toml")
    known = {each.name: each for each in fields(Settings)}
    for name in written:
        if name not in known:
            raise SettingError(f"Unknown setting {name!r} in tracktor.toml. Known: {', '.join(known)}.")
    given = written | {
        name: environment[PREFIX + name.upper()] for name in known if PREFIX + name.upper() in environment
    }
    return Settings(**{name: _read(name, type(known[name].default), value) for name, value in given.items()})


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{path} cannot be read: {error}. Mend the line it names.") from error


def _written(value: Any) -> str:
    return ("1" if value else "") if isinstance(value, bool) else str(value)


def _read(name: str, kind: type, value: Any) -> Any:
    if kind is bool:
        return value is True or str(value).lower() in ("1", "true", "yes", "on")
    if kind is int:
        try:
            return int(value)
        except ValueError as error:
            raise SettingError(f"{PREFIX}{name.upper()}={value!r} must be a whole number.") from error
    return Path(value) if issubclass(kind, Path) else str(value)
