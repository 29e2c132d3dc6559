"""Every waiting of the engine, in one place and without a database."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

HORIZON = timedelta(seconds=1.5)  # dispatch looks so far ahead, so that work can fire at its very time
LEASE = timedelta(seconds=60)  # a worker that shows no sign of life for so long is taken for dead
RENEW_EVERY = 20.0  # seconds between two signs of life during long work
LONGEST_WORK = timedelta(minutes=15)  # after this the lease is not renewed any more
LANE_PAUSE = timedelta(seconds=1)  # another delivery of the channel is in flight
TROUBLED = timedelta(minutes=5)  # so long after a failure a channel gets one worker at a time
_TROUBLED_PAUSE = 15.0  # seconds; what waits behind such a one need not hurry

# A far side may store a post after it stopped answering: only an absence seen later than this is believed.
SETTLING = timedelta(seconds=60)

MAX_TRIES = 12  # with the pauses below about two hours on average, five at most
MAX_UNKNOWN = 6  # rounds without proof until a person is asked: about ten minutes
MAX_CHECKS = 14  # rounds in which the far side could not even be asked: about three hours
MAX_FOLLOWS = 40  # looks at a post the platform is still working on: about five hours

SHORTEST = timedelta(seconds=1)  # a limit that is over already is waited for so long
_BASE, _LONGEST = 15.0, 3600.0


def backoff(tries: int, spread: Callable[[], float] = random.random) -> timedelta:
    """The pause after the `tries`-th fruitless try: exponential with full jitter, so that a crowd spreads out."""
    ceiling = min(_LONGEST, _BASE * 2 ** min(tries, 16))
    return max(SHORTEST, timedelta(seconds=spread() * ceiling))


def lane_pause(troubled: bool, spread: Callable[[], float] = random.random) -> timedelta:
    """The pause of one whose lane is busy. Behind a troubled channel a hundred spread out."""
    return max(LANE_PAUSE, timedelta(seconds=spread() * _TROUBLED_PAUSE)) if troubled else LANE_PAUSE


def check_after(rounds: int) -> timedelta:
    """The pause before asking again what became of an unclear one, after `rounds` answers without proof."""
    return timedelta(seconds=min(1800, 10 * 2 ** min(rounds, 10)))


def follow_after(rounds: int) -> timedelta:
    """The pause before looking again at a post the platform is working on."""
    return timedelta(seconds=min(600, 3 * 1.5 ** min(rounds, 20)))
