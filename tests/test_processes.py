from __future__ import annotations

import asyncio
import os
import re
import select
import signal
import subprocess
import sys

from tracktor_nb.processes import Part, run_all


def run(parts: list[Part], until: str) -> list[str]:
    """Run the parts until a log line matches `until`, then stop as Ctrl-C does; returns the log."""
    lines: list[str] = []

    def log(line: str) -> None:
        lines.append(line)
        if re.search(until, line):
            os.kill(os.getpid(), signal.SIGINT)

    asyncio.run(asyncio.wait_for(run_all(parts, {"GREETING": "hello"}, log), 30))
    return lines


def test_lines_carry_the_name_of_their_part_and_one_signal_stops_all():
    waiting = "import os,signal,sys; print(os.environ['GREETING'], sys.argv[1]); signal.pause()"
    parts = [Part("one", ["-c", waiting, "1"]), Part("two", ["-c", waiting, "2"])]
    seen: set[str] = set()

    def log(line: str) -> None:
        seen.add(line)
        if {"[one] hello 1", "[two] hello 2"} <= seen:
            os.kill(os.getpid(), signal.SIGINT)

    asyncio.run(asyncio.wait_for(run_all(parts, {"GREETING": "hello"}, log), 30))
    assert all(part.process is not None and part.process.returncode == -signal.SIGTERM for part in parts)


def test_a_part_that_falls_is_started_again(tmp_path):
    count = f"f=open(r'{tmp_path / 'count'}','a+'); f.write('x'); f.flush(); f.seek(0); print('run', len(f.read()))"
    lines = run([Part("worker", ["-c", count])], until="run 2")
    assert "[worker] run 1" in lines
    assert "worker stopped by itself; starting it again in 0.5 s" in lines


def test_a_part_that_does_not_listen_is_killed_with_its_children(monkeypatch):
    monkeypatch.setattr("tracktor_nb.processes.GRACE_SECONDS", 0.2)
    deaf = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(60)"
    part = Part("deaf", ["-c", deaf])
    run([part], until=r"\[deaf\] deaf")
    assert part.process is not None
    assert part.process.returncode == -signal.SIGKILL


PART = """
import os, signal
from tracktor_nb.processes import end_with_keeper
end_with_keeper()
print(os.getpid())
signal.pause()
"""
TREE = f"""
import asyncio
from tracktor_nb.processes import Part, run_all
asyncio.run(run_all([Part("part", ["-c", {PART!r}])], {{}}, print))
"""


def test_the_parts_end_with_a_tree_that_was_killed():
    with subprocess.Popen([sys.executable, "-u", "-c", TREE], stdout=subprocess.PIPE, text=True) as tree:
        assert tree.stdout is not None
        part = os.pidfd_open(int(tree.stdout.readline().removeprefix("[part] ")))
        tree.kill()
    ended, _, _ = select.select([part], [], [], 20)
    os.close(part)
    assert ended, "a process nobody keeps any more goes on"
