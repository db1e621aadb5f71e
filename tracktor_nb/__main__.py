"""`python -m tracktor_nb`, the same as the command `tracktor-nb`."""

from __future__ import annotations

from .cli import main

if __name__ == "__main__":
    main()
