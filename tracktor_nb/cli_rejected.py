"""The commands `tracktor-nb rejected …`: requests that were refused, and how to take them all the same."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from .errors import PayloadError
from .settings import load_settings
from .store.rejected import KEPT_OF_SITE, Rejected, list_rejected

if TYPE_CHECKING:
    from .site import Site


@click.group()
def rejected() -> None:
    """Look at refused requests and send them again."""


def _kept(site: Site, limit: int) -> list[Rejected]:
    with site.database.read() as connection:
        return list_rejected(connection, site.record.id, limit)


def _connected(name: str | None) -> Site:
    from .site import connect

    return connect(load_settings().url, site=name)


@rejected.command("list")
@click.option("--site", "name", help="Which site, if there are several.")
@click.option("--limit", default=20, show_default=True, help="How many, the newest first.")
def list_refused(name: str | None, limit: int) -> None:
    """List the latest refused requests: number, when, why, and what was sent, without signatures."""
    from .ingest.replay import shown

    site = _connected(name)
    for each in _kept(site, limit):
        at = datetime.fromtimestamp(each.received_at / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
        click.echo(f"{each.id:>8}  {at}  /{each.route}  {each.code}: {each.message}")
        click.echo(f"          {shown(each.raw)[:300]}")
    site.close()


@rejected.command("replay")
@click.argument("numbers", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that are kept, the oldest first.")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="Replace a parameter, such as ts=1790000000.")
@click.option("--drop", multiple=True, metavar="NAME", help="Take a parameter away, such as a wrong sign.")
@click.option("--site", "name", help="Which site, if there are several.")
def replay_refused(
    numbers: tuple[int, ...], everything: bool, given: tuple[str, ...], drop: tuple[str, ...], name: str | None
) -> None:
    """Record refused requests, with the rights of the site's owner. Exit code 3 if one is refused again."""
    changes: dict[str, str | None] = dict.fromkeys(drop)
    for text in given:
        key, equals, value = text.partition("=")
        if not equals:
            raise click.BadParameter(f"{text!r} is not NAME=VALUE, such as ts=1790000000.", param_hint="--set")
        changes[key] = value
    site = _connected(name)
    wanted = [each.id for each in reversed(_kept(site, KEPT_OF_SITE))] if everything else numbers
    recorded = sum([_replayed(site, number, changes) for number in wanted])
    site.close()
    click.echo(f"{recorded} of {len(wanted)} recorded.")
    if recorded < len(wanted):
        sys.exit(3)


def _replayed(site: Site, number: int, changes: dict[str, str | None]) -> bool:
    try:
        site.replay(number, **changes)
    except PayloadError as error:
        click.echo(f"{number} is refused again: {error.code}: {error}")
        return False
    return True
