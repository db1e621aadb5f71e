"""Where the analysis process listens: a small file in the data folder that only its owner can read."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "analysis.json"


@dataclass(frozen=True)
class Address:
    """Port on the loopback, token to bear, the database it is about, the process, and who keeps it running."""

    port: int
    token: str
    database: str
    process: int
    keeper: int

    def write(self, folder: Path) -> None:
        """Write the file whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        made = folder / f".{FILE}.{secrets.token_hex(4)}"
        made.touch(mode=0o600)
        made.write_text(json.dumps(asdict(self)))
        made.replace(folder / FILE)

    def remove(self, folder: Path) -> None:
        """Remove the file, unless another process has written its own meanwhile."""
        if read(folder) == self:
            (folder / FILE).unlink(missing_ok=True)

    @property
    def is_kept(self) -> bool:
        """True if the process runs, or if somebody is there to start it again."""
        return _runs(self.process) or _runs(self.keeper)


def read(folder: Path) -> Address | None:
    """Return the address in the folder, None if there is none."""
    try:
        return Address(**json.loads((folder / FILE).read_text()))
    except FileNotFoundError:
        return None


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process != 1  # whose parent ended belongs to process 1, which keeps nothing of ours
