"""A progress bar for long work, in terminals and notebooks alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm.auto import tqdm


@contextmanager
def progress_bar(description: str, unit: str = "rows") -> Iterator[Callable[[int, int], None]]:
    """Give a function to call with what is done and what there is in all; the bar ends with the block."""
    with tqdm(desc=description, unit=f" {unit}", unit_scale=True) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show
