"""Identities by code: what users see, and the ids that came in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from .arrays import Ints, Objects


@dataclass(frozen=True)
class Identities:
    """Identities by code; `ids` are what users see, `distinct_ids` the ids that came in."""

    ids: Any
    distinct_ids: Objects

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def _sorter(self) -> Ints:
        return np.argsort(self.ids)

    def codes(self, ids: Ints) -> Ints:
        """Return the code of each id, -1 for one that is not known."""
        if not len(self.ids):
            return np.full(len(ids), -1, np.int32)
        at = self._sorter[np.minimum(np.searchsorted(self.ids, ids, sorter=self._sorter), len(self.ids) - 1)]
        return np.where(self.ids[at] == ids, at, -1).astype(np.int32)

    def extended(self, table: pa.Table) -> Identities:
        """Return these identities, with those of the table that are new behind them; codes never change."""
        ids, distinct_ids = table["id"].to_numpy(), table["distinct_id"].to_numpy()
        new = self.codes(ids) < 0
        return Identities(np.concatenate([self.ids, ids[new]]), np.concatenate([self.distinct_ids, distinct_ids[new]]))


NOBODY = Identities(np.zeros(0, np.int64), np.zeros(0, object))
