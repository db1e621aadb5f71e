"""Who is listed in cohorts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from .arrays import Flags, Ints
from .identities import Identities


@dataclass(frozen=True)
class Lists:
    """The lists of all cohorts, a row each time that somebody was put on one or taken off it, as they came.

    The number of a list, the code of one identity, and whether it is on the list from then on.
    """

    number: Ints
    identity: Ints
    listed: Flags

    def of(self, number: int) -> Ints:
        """Return the codes of the identities on one list, ascending: the latest row of each counts."""
        rows = np.flatnonzero(self.number == number)[::-1]
        identities, latest = np.unique(self.identity[rows], return_index=True)
        found: Ints = identities[self.listed[rows[latest]]]
        return found

    def extended(self, news: pa.Table | None, identities: Identities) -> Lists:
        """Return the lists with the rows of the table (cohort, identity_id, listed) behind them."""
        if news is None:
            return self
        codes = identities.codes(news["identity_id"].to_numpy())
        return Lists(
            np.concatenate([self.number, news["cohort"].to_numpy()]),
            np.concatenate([self.identity, codes]),
            np.concatenate([self.listed, news["listed"].to_numpy(zero_copy_only=False)]),
        )


NO_LISTS = Lists(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, bool))
