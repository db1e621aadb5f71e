"""The words of the sample video service: where visitors come from, what they watch, what they are called."""

from __future__ import annotations

from typing import NamedTuple


class Source(NamedTuple):
    """Where visitors come from; `share` of all visitors, `pull` towards each next step (1 is usual)."""

    utm_source: str | None
    campaigns: tuple[str, ...]
    referrer: str | None
    share: float
    pull: float


SOURCES = (
    Source("google", ("brand", "free-movies", "premieres"), "https://www.google.com/", 0.24, 1.0),
    Source("facebook", ("autumn-films", "free-movies"), "https://www.facebook.com/", 0.18, 0.75),
    Source("instagram", ("trailers",), "https://www.instagram.com/", 0.10, 0.6),
    Source("newsletter", ("weekly-picks", "premiere-night"), None, 0.06, 1.6),
    Source("filmblog", ("review-box",), "https://filmblog.example.org/", 0.10, 1.35),
    Source(None, (), "https://www.google.com/", 0.20, 1.1),
    Source(None, (), None, 0.12, 1.2),
)

# The pages where visits begin: their shares of the visits that see no second page, and of those that do. Free movies
# make people stay, help does not.
LANDINGS = {
    "/": (0.54, 0.47),
    "/free-movies": (0.06, 0.35),
    "/premieres": (0.16, 0.14),
    "/help/devices": (0.24, 0.04),
}

# The pages seen on, and their shares of the views.
PAGES = {"/movies": 0.34, "/free-movies": 0.22, "/premieres": 0.16, "/pricing": 0.14, "/": 0.08, "/help": 0.06}

# Where on the site each thing happens; movies are watched on a television.
PLACES = {
    "Search": "/search",
    "Free movie view": "/free-movies",
    "Registration": "/register",
    "Upgrade to Premium": "/pricing",
    "Add to cart": "/premieres",
    "Purchase": "/checkout",
}

# Titles with their genre, the most watched first.
MOVIES = (
    ("The Salt Road", "Drama"),
    ("Nine Winters", "Drama"),
    ("A House by the Weir", "Drama"),
    ("Letters to Odessa", "Drama"),
    ("Paper Moons", "Comedy"),
    ("The Understudy's Understudy", "Comedy"),
    ("Goat on the Line", "Comedy"),
    ("Two Weddings and a Ferry", "Comedy"),
    ("Orbit of Silence", "Science fiction"),
    ("The Last Relay", "Science fiction"),
    ("Copper Sky", "Science fiction"),
    ("Tin Hearts", "Science fiction"),
    ("Night Ferry", "Thriller"),
    ("The Quiet Witness", "Thriller"),
    ("Cold Harbour Lane", "Thriller"),
    ("Seventh Floor", "Thriller"),
    ("Captain Marmalade", "Family"),
    ("The Fox Who Kept Time", "Family"),
    ("Balloon Mail", "Family"),
    ("Rivers of Ice", "Documentary"),
    ("The Bee Keepers", "Documentary"),
    ("Ten Thousand Steps", "Documentary"),
    ("Thunder over Cadiz", "Action"),
    ("Iron Meridian", "Action"),
)
SEARCHES = (
    "comedy",
    "new",
    "free",
    "science fiction",
    "night ferry",
    "family",
    "3d",
    "ultrahd",
    "premieres",
    "documentary",
)

MEN = (
    "Dave", "Oliver", "Mateo", "Jonas", "Arthur", "Samir", "Kenji", "Lucas", "Peter", "Andrei", "Tom", "Felix",
    "Hugo", "Ravi", "Daniel", "Marek",
)  # fmt: skip
WOMEN = (
    "Anna", "Julia", "Sofia", "Mia", "Clara", "Leila", "Yuki", "Emma", "Maria", "Irina", "Ruth", "Nora", "Elena",
    "Priya", "Grace", "Hanna",
)  # fmt: skip
LAST_NAMES = (
    "Johnson", "Miller", "Garcia", "Weber", "Moreau", "Haddad", "Tanaka", "Silva", "Novak", "Popescu", "Baker",
    "Lindgren", "Rossi", "Sharma", "Kowalski", "Murphy", "Jansen", "Costa", "Fischer", "Dubois", "Berg", "Evans",
    "Romero", "Schmidt",
)  # fmt: skip

# Cities with their country and their share of the visitors.
CITIES = (
    ("New York", "United States", 0.14),
    ("Chicago", "United States", 0.07),
    ("Austin", "United States", 0.05),
    ("London", "United Kingdom", 0.14),
    ("Manchester", "United Kingdom", 0.05),
    ("Berlin", "Germany", 0.11),
    ("Munich", "Germany", 0.05),
    ("Paris", "France", 0.10),
    ("Lyon", "France", 0.03),
    ("Madrid", "Spain", 0.07),
    ("Warsaw", "Poland", 0.06),
    ("Toronto", "Canada", 0.06),
    ("Lisbon", "Portugal", 0.04),
    ("Dublin", "Ireland", 0.03),
)

COMPANIES = (
    "Northwind Schools", "Harbour Libraries", "Blue Tile Hotels", "Acorn Care Homes", "Meadow Clinics", "Tram & Co",
    "Lantern Hostels", "Quarry Gyms", "Juniper Cafes", "Slate Studios", "Orchard Airlines", "Pebble Coworking",
)  # fmt: skip
