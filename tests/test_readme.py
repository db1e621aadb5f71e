"""What the README shows is what happens."""

from __future__ import annotations

import doctest
from contextlib import closing
from pathlib import Path

import tracktor_nb as tr
from tracktor_nb.analysis.sample import video_service
from tracktor_nb.store.imports import load_log

README = Path(__file__).parents[1] / "README.md"
MARCH = 1_740_787_200_000_000  # 2025-03-01


def test_the_answers_in_the_readme_are_those_of_the_demo(tmp_path: Path) -> None:
    asked = README.read_text(encoding="utf-8").partition("```pycon\n")[2].partition("```")[0]
    with closing(tr.connect(f"sqlite:///{tmp_path / 'video.db'}", site="video", create=True)) as site:
        load_log(site.database, site.record, lambda now: video_service(people=2_000, now=now), key="video", now=MARCH)
        names = {name: getattr(tr, name) for name in tr.__all__} | {"site": site}
        shown = doctest.DocTestParser().get_doctest(asked, names, "README", str(README), 0)
        assert len(shown.examples) >= 8
        assert doctest.DocTestRunner().run(shown).failed == 0
