"""Who is listed in cohorts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from .arrays import Ints
from .identities import Identities


@dataclass(frozen=True)
class Lists:
    """The lists of all cohorts: the number of a list, and the code of one identity on it, a row each."""

    number: Ints
    identity: Ints

    def of(self, number: int) -> Ints:
        """Return the codes of the identities on one list."""
        found: Ints = self.identity[self.number == number]
        return found

    def extended(self, news: pa.Table | None, identities: Identities) -> Lists:
        """Return the lists with the rows of the table (cohort, identity_id) behind them."""
        if news is None:
            return self
        codes = identities.codes(news["identity_id"].to_numpy())
        return Lists(np.concatenate([self.number, news["cohort"].to_numpy()]), np.concatenate([self.identity, codes]))


NO_LISTS = Lists(np.zeros(0, np.int64), np.zeros(0, np.int32))
