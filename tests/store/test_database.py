from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from tracktor_nb.errors import SettingError, StoreError
from tracktor_nb.store import schema
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.schema import HEAD, revision
from tracktor_nb.store.sites import add_site, list_sites
from tracktor_nb.store.tables import metadata


def test_an_empty_database_gets_its_tables_and_keeps_what_is_written(empty_url: str) -> None:
    with open_database(empty_url) as database:
        database.writer.run(lambda tx: add_site(tx, "shop"))
    with open_database(empty_url) as again, again.read() as connection:
        assert [site.name for site in list_sites(connection)] == ["shop"]


def test_the_migrations_make_the_tables_that_the_code_asks_for(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _is_common, "compare_type": False})
        assert compare_metadata(context, metadata) == []


def _is_common(thing: object, name: str, kind: str, *_: object) -> bool:
    """PostgreSQL alone has transaction ids, SQLite alone a counter."""
    return "txid" not in name and name != "counter"


def test_the_newest_migration_is_the_one_the_code_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_processes_that_start_together_share_one_migration(empty_url: str) -> None:
    program = "import sys; from tracktor_nb.store.database import open_database; open_database(sys.argv[1]).close()"
    started = [subprocess.Popen([sys.executable, "-c", program, empty_url]) for _ in range(3)]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    with open_database(empty_url) as database, database.read() as connection:
        assert revision(connection) == HEAD


def test_reading_changes_nothing(database: Database) -> None:
    with database.read() as connection, pytest.raises(DBAPIError, match=r"readonly|read-only"):
        connection.exec_driver_sql("DELETE FROM site")


def test_a_read_sees_one_state_while_others_write(database: Database) -> None:
    with database.read() as connection:
        assert list_sites(connection) == []
        database.writer.run(lambda tx: add_site(tx, "shop"))
        assert list_sites(connection) == []
    with database.read() as connection:
        assert len(list_sites(connection)) == 1


def test_a_database_can_be_read_when_nobody_else_has_it_open(database_url: str) -> None:
    with open_database(database_url) as database, database.read() as connection:
        assert list_sites(connection) == []


def test_missing_folders_are_made(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path / 'new' / 'folder' / 'shop.db'}").close()
    assert (tmp_path / "new" / "folder" / "shop.db").is_file()


def test_a_path_with_blanks_and_signs_is_one_file(tmp_path: Path) -> None:
    path = tmp_path / "my shop 50%.db"
    with open_database(f"sqlite:///{path}") as database, database.read() as connection:
        assert list_sites(connection) == []
    assert path.is_file()


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("shop.db", "cannot be read"),
        ("mysql://localhost/shop", "'mysql'"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_a_url_that_cannot_be_used_says_which_can(url: str, hint: str) -> None:
    with pytest.raises(SettingError, match=hint) as refused:
        open_database(url)
    assert "sqlite:///path/to/file.db" in str(refused.value)


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(StoreError, match=r"nobody:\*\*\*@127.0.0.1:1/shop") as refused:
        open_database("postgresql://nobody:geheim@127.0.0.1:1/shop")
    assert "geheim" not in str(refused.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear Sir or Madam, " * 100)
    with pytest.raises(StoreError, match=r"letter\.db.*not a database"):
        open_database(f"sqlite:///{path}")


def test_a_database_of_a_newer_version_is_left_alone(empty_url: str) -> None:
    with open_database(empty_url) as database:
        database.writer.run(lambda tx: tx.execute("UPDATE alembic_version SET version_num = ?", ("9999",)) and None)
    with pytest.raises(StoreError, match="newer tracktor_nb"):
        open_database(empty_url)


def test_a_finished_sqlite_file_stands_alone(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with open_database(f"sqlite:///{path}") as database:
        database.writer.run(lambda tx: add_site(tx, "shop"))
    assert [each.name for each in tmp_path.iterdir()] == ["shop.db"]


def test_commits_on_sqlite_survive_a_power_cut(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path / 'shop.db'}") as database:
        pragma = "PRAGMA {}".format
        found = database.writer.run(
            lambda tx: [tx.execute(pragma(name)).scalar() for name in ("journal_mode", "synchronous")]
        )
    assert found == ["wal", 2]


def test_json_is_given_back_as_text_and_can_be_asked_in_sql(database: Database) -> None:
    database.writer.run(lambda tx: add_site(tx, "shop"))
    with database.read() as connection:
        text, inner = connection.execute(sa.text("SELECT settings, settings->>'nothing' FROM site")).one()
    assert (text, inner) == ("{}", None)
