"""What a library looks at before it says something in public: can everybody read it, does it betray anybody, will it
still be true. Pure: texts and facts in, findings out; no database, no network.

`run` is the door for other apps: replies and submissions are judged by it as posts are.
"""

from posts.checks.base import Contacts, Context, Finding, MediaFact, Piece, Said
from posts.checks.repairs import repair
from posts.checks.rules import BY_ID, FAMILIES, LEVELS, RULES, Rule
from posts.checks.running import run

__all__ = [
    "BY_ID",
    "FAMILIES",
    "LEVELS",
    "RULES",
    "Contacts",
    "Context",
    "Finding",
    "MediaFact",
    "Piece",
    "Rule",
    "Said",
    "repair",
    "run",
]
