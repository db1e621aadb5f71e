"""The worker, but with parts of a few rows and places that are free again at once: more moments to be killed at.

Run as `python -m tests.messaging.hasty_worker` with the environment of `tracktor-nb work`.
"""

from tracktor_nb.semantics.period import SECOND
from tracktor_nb.settings import load_settings
from tracktor_nb.store import campaign_people, follower, following, live_people
from tracktor_nb.working import work


def main() -> None:
    """Work until killed."""
    following.MOST_ROWS = 5
    live_people.MOST_PEOPLE = campaign_people.MOST_PEOPLE = 5
    follower.HELD_FOR = SECOND // 5
    work(load_settings().url)


if __name__ == "__main__":
    main()
