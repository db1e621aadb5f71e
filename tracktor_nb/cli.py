"""The command `tracktor-nb`: each subcommand is one process or one chore."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from .cli_rejected import rejected
from .cli_sites import person, site
from .errors import TracktorError
from .processes import Part, end_with_keeper, run_all
from .settings import Settings, load_settings


class Commands(click.Group):
    """Our errors become one line and exit code 1; everything else stays a traceback."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except TracktorError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="tracktor-nb")
def main() -> None:
    """See who uses your site, and write to them.

    Settings come from TRACKTOR_* in the environment or tracktor.toml here: database, data, site, host, port,
    dashboard_port, lab_port.
    """
    end_with_keeper()


@main.command()
def demo() -> None:
    """Make demo data (once), then run everything with JupyterLab."""
    from . import demo as demonstration

    settings = demonstration.demo_settings(load_settings())
    demonstration.prepare(settings)
    _run_tree(settings, [*_parts(), Part("lab", ["-m", "tracktor_nb", "lab"])], demonstration.links(settings))


@main.command()
def up() -> None:
    """Run server, worker, analysis and dashboards together; Ctrl-C stops them all."""
    from .site import all_sites

    settings = load_settings()
    if not all_sites(settings.url):
        raise click.ClickException("No site yet. Add one: tracktor-nb site add my-site")
    links = [("Dashboards", f"http://{settings.host}:{settings.dashboard_port}/?token={settings.token('dashboards')}")]
    _run_tree(settings, _parts(), [*links, ("Ingest", f"http://{settings.host}:{settings.port}/")])


def _parts() -> list[Part]:
    """The processes of one machine."""
    names = {"server": "serve", "analysis": "analysis", "worker": "work", "dashboards": "dashboards"}
    return [Part(name, ["-m", "tracktor_nb", command]) for name, command in names.items()]


def _run_tree(settings: Settings, parts: Sequence[Part], links: Sequence[tuple[str, str]]) -> None:
    from .demo import port_is_free, wait_for_ports

    ports = [settings.port, settings.dashboard_port] + [settings.lab_port] * any(part.name == "lab" for part in parts)
    for port in ports:
        if not port_is_free(settings.host, port):
            raise click.ClickException(
                f"Port {port} is taken. Stop what uses it, or set TRACKTOR_PORT and its sisters."
            )

    async def run() -> None:
        announcing = asyncio.create_task(_announce(wait_for_ports(settings.host, ports), links))
        await run_all(parts, settings.environment(), click.echo)
        announcing.cancel()

    asyncio.run(run())


async def _announce(ready: Any, links: Sequence[tuple[str, str]]) -> None:
    await ready
    width = max(len(name) for name, _ in links)
    lines = [f"  {click.style(name.ljust(width), bold=True)}  {text}" for name, text in links]
    click.echo("\n".join(["", "Everything runs. Ctrl-C stops it.", "", *lines, ""]))


@main.command()
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="More need PostgreSQL.")
@click.option("--number", type=int, hidden=True, help="This is one of several processes that share the port.")
def serve(processes: int, number: int | None) -> None:
    """Run the ingest server."""
    from .ingest_server import port_to_share
    from .ingest_server import serve as run_server

    settings = load_settings()
    if processes == 1:
        run_server(settings, number)
        return
    parts = [Part(f"server {k}", ["-m", "tracktor_nb", "serve", "--number", str(k)]) for k in range(1, processes + 1)]
    with tempfile.TemporaryDirectory(prefix="tracktor-metrics-") as shared:
        shared_by_all = {"TRACKTOR_PORT": str(port_to_share(settings)), "PROMETHEUS_MULTIPROC_DIR": shared}
        asyncio.run(run_all(parts, settings.environment() | shared_by_all, click.echo))


@main.command()
def analysis() -> None:
    """Run the analysis process that holds the log in memory for all dashboards of this machine."""
    from .site import serve_analysis

    serve_analysis(load_settings())


@main.command()
def work() -> None:
    """Run the worker: segments and campaigns at once and on time, carts, and a tidy database."""
    from .working import work as run_worker

    run_worker(load_settings().url)


@main.command()
def dashboards() -> None:
    """Run the dashboards (Voila)."""
    from .jupyter import run_dashboards

    run_dashboards(load_settings())


@main.command()
def lab() -> None:
    """Run JupyterLab on the notebooks folder with `site` connected."""
    from .jupyter import run_lab

    run_lab(load_settings())


main.add_command(site)
main.add_command(person)
main.add_command(rejected)


@main.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", "site_name", required=True, help="Site to import into; made if there is none of this name.")
@click.option("--people", is_flag=True, help="The file has one row a person: an id and properties.")
@click.option("--event", help="Name of the events of a file that has no column for it.")
@click.option("--map", "pairs", multiple=True, metavar="OURS=THEIRS", help="Column names, such as time=created_at.")
def import_file(path: Path, site_name: str, people: bool, event: str | None, pairs: tuple[str, ...]) -> None:
    """Import events (or people) from CSV, NDJSON or Parquet, plain or gzipped.

    Columns distinct_id, event and time are found by name; all others become properties. An interrupted import goes on
    where it stopped, and a file imported twice is stored once.
    """
    from .site import connect

    mapping = dict(_pair(text) for text in pairs)
    target = connect(load_settings().url, site=site_name, create=True)
    report = target.import_people(path, mapping) if people else target.import_events(path, mapping, event)
    click.echo(str(report))
    if report.refused_total:
        sys.exit(3)


def _pair(text: str) -> tuple[str, str]:
    ours, equals, theirs = text.partition("=")
    if not equals or not ours or not theirs:
        raise click.BadParameter(f"{text!r} is not OURS=THEIRS, such as time=created_at.", param_hint="--map")
    return ours, theirs


@main.command("settings")
def show_settings() -> None:
    """Print the settings in force."""
    settings = load_settings()
    click.echo(json.dumps({name: str(value) for name, value in vars(replace(settings)).items()}, indent=2))
