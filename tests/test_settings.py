from __future__ import annotations

import stat

import pytest

from tracktor_nb.errors import SettingError
from tracktor_nb.settings import Settings, load_settings


def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(tmp_path):
    (tmp_path / "tracktor.toml").write_text("port = 9000\nsite = 'shop'\n")
    settings = load_settings({"TRACKTOR_PORT": "9100"}, tmp_path)
    assert (settings.port, settings.site, settings.dashboard_port) == (9100, "shop", 8866)


def test_settings_survive_the_way_through_the_environment(tmp_path):
    settings = Settings(data=tmp_path, site="shop", demo=True, port=1234)
    again = load_settings(settings.environment(), tmp_path)
    assert (again.url, again.site, again.demo, again.port) == (settings.url, "shop", True, 1234)
    assert load_settings(Settings(demo=False).environment(), tmp_path).demo is False


@pytest.mark.parametrize(
    ("text", "named"), [("port = 'many'", "TRACKTOR_PORT"), ("colour = 1", "colour"), ("port =", "tracktor.toml")]
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path, text, named):
    (tmp_path / "tracktor.toml").write_text(text)
    with pytest.raises(SettingError, match=named):
        load_settings({}, tmp_path)


def test_a_token_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    settings = Settings(data=tmp_path)
    first = settings.token("dashboards")
    assert settings.token("dashboards") == first
    assert settings.token("lab") != first
    assert stat.S_IMODE((tmp_path / "dashboards.token").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dashboards.token", "lab.token"]
