"""The commands `tracktor-nb site …` and `tracktor-nb person …`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from .settings import load_settings

if TYPE_CHECKING:
    from .site import Site


@click.group()
def site() -> None:
    """Add, list, change, check and remove sites."""


def _connected(name: str | None) -> Site:
    from .site import connect

    return connect(load_settings().url, site=name)


@site.command("add")
@click.argument("name")
@click.option("--zone", default="UTC", show_default=True, help="IANA time zone in which days and weeks are cut.")
def add_site(name: str, zone: str) -> None:
    """Add a site; prints its token, its secrets and the snippet to paste."""
    from .site import create_site

    added = create_site(load_settings().url, name, zone)
    _print_secrets(added)
    click.echo(f"\nPaste this into the head of your pages:\n\n{added.snippet()}")
    added.close()


def _print_secrets(of: Site) -> None:
    record = of.record
    click.echo(f"{'Token (sid)':<15} {record.sid}\n{'Signing secret':<15} {record.secret}")
    if record.old_secret:
        click.echo(f"{'The one before':<15} {record.old_secret}")
    click.echo(f"{'Server key':<15} {record.server_key}")


@site.command("list")
def list_sites() -> None:
    """List the sites with their tokens."""
    from .site import all_sites

    found = all_sites(load_settings().url)
    for each in found:
        click.echo(f"{each.name:<20} {each.sid}  {each.zone}{_told(each.settings)}")
    if not found:
        click.echo("No site yet. Add one: tracktor-nb site add my-site")


def _told(settings: Any) -> str:
    return f"  {json.dumps(settings)}" if settings else ""


@site.command("set")
@click.argument("name")
@click.option("--signed-only/--open", default=None, help="Take only signed data of known people (secure mode).")
@click.option("--origin", "origins", multiple=True, help="An origin whose pages may send; may be given several times.")
@click.option("--any-origin", is_flag=True, help="Let the pages of every origin send.")
@click.option("--retention-days", type=int, help="Delete older events; 0 keeps them for ever.")
@click.option("--ids-per-person", type=int, help="How many ids one person may have; 0 for the usual 500.")
@click.option("--merges-per-hour", type=int, help="How often one person may be merged; 0 for the usual 20.")
@click.option("--visited-site/--no-visited-site", default=None, help="Make `Visited Site` as a session begins.")
@click.option("--cart-abandoned/--no-cart-abandoned", default=None, help="Make `Cart abandoned`.")
@click.option("--cart-abandoned-after", metavar="TIME", help="So long nothing is heard of it: 30m, 2h; 0 for 1h.")
@click.option("--cart-canceled/--no-cart-canceled", default=None, help="Make `Cart canceled`.")
@click.option("--cart-canceled-after", metavar="TIME", help="So long nothing is heard of it; 0 for at once.")
def change_site(name: str, origins: tuple[str, ...], any_origin: bool, **given: Any) -> None:
    """Change settings of a site and print them; what is not named stays."""
    changes = {key: None if value in (0, "0") and value is not False else value for key, value in given.items()
               if value is not None}  # fmt: skip
    if origins or any_origin:
        changes["origins"] = list(origins) or None
    found = _connected(name)
    found.change(**changes)
    click.echo(json.dumps(dict(found.record.settings), indent=2))
    found.close()


@site.command("remove")
@click.argument("name")
@click.confirmation_option(prompt="Its token will be refused from then on. Remove the site?")
def remove_site(name: str) -> None:
    """Close a site: its token is refused, its name is free, what it recorded stays in the database."""
    from .site import remove_site as remove

    remove(load_settings().url, name)
    click.echo(f"{name} is removed.")


@site.command("check")
@click.argument("name", required=False)
@click.option("--origin", help="Look at this origin only, such as https://shop.example.")
@click.option("--server", help="Where this server is seen from, such as https://t.example.com.")
def check_site(name: str | None, origin: str | None, server: str | None) -> None:
    """Say whether anything arrived lately and whether the snippet is current; prints it. Exit code 1 if nothing did."""
    found = _connected(name)
    checked = found.check(origin, server)
    found.close()
    click.echo(str(checked))
    if not checked.arrives:
        raise click.exceptions.Exit(1)


@site.group("secret")
def secret() -> None:
    """Show the secrets of a site, and replace the one that signs."""


@secret.command("show")
@click.argument("name")
def show_secret(name: str) -> None:
    """Print the secrets that are good now."""
    found = _connected(name)
    found.close()
    _print_secrets(found)


@secret.command("rotate")
@click.argument("name")
def rotate_secret(name: str) -> None:
    """Print a new secret; the old one stays good until you drop it."""
    found = _connected(name)
    click.echo(found.rotate_secret())
    found.close()


@secret.command("drop-old")
@click.argument("name")
def drop_old_secret(name: str) -> None:
    """Make the older of two secrets good for nothing."""
    found = _connected(name)
    found.drop_old_secret()
    found.close()
    click.echo(f"{name} has one secret now.")


@click.group()
def person() -> None:
    """Export, remove and erase people."""


_of_site = click.option("--site", "site_name", help="The site; not needed if there is one only.")


@person.command("export")
@click.argument("id")
@_of_site
def export_person(id: str, site_name: str | None) -> None:
    """Print all that is stored of a person, as JSON."""
    found = _connected(site_name)
    click.echo(json.dumps(found.export_person(id), indent=2, ensure_ascii=False))
    found.close()


@person.command("remove")
@click.argument("id")
@_of_site
def remove_person(id: str, site_name: str | None) -> None:
    """Leave a person out of every answer; the rows stay stored."""
    found = _connected(site_name)
    count = found.remove(id)
    found.close()
    click.echo(f"Removed a person with {count} {'id' if count == 1 else 'ids'}.")


@person.command("erase")
@click.argument("id")
@_of_site
@click.confirmation_option(prompt="All that is stored of this person will be deleted for good. Erase?")
def erase_person(id: str, site_name: str | None) -> None:
    """Delete all that is stored of a person and print the receipt."""
    found = _connected(site_name)
    receipt = found.erase(id)
    found.close()
    click.echo(str(receipt))
