"""The first run: while there is no administrator, whoever knows the code from the terminal opens the library.

The code lies in the data folder beside the other keys, readable by its owner
only, so that the terminal and every web process agree on it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from libsocial.accounts.models import Membership, Role, Unit, User

ALREADY_OPEN = _("This library is set up already. Sign in instead.")
# Letters and digits that cannot be taken for one another.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
TRIES, WINDOW = 10, 600  # wrong codes from one address, within so many seconds

# What happens when the library opens, in the same transaction: apps above register here.
followers: list[Callable[[Unit, User], object]] = []


def on_open(follower: Callable[[Unit, User], object]) -> None:
    """Register something to be made with the library, such as the Practice channel."""
    if follower not in followers:
        followers.append(follower)


def is_needed() -> bool:
    """Whether nobody can administer this library yet. One query."""
    return not Membership.objects.filter(role=Role.ADMIN, unit__parent=None, user__is_active=True).exists()


def current_code() -> str:
    """The code of this data folder, made on first asking."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = _fresh()
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(fresh)
    try:
        # A link appears whole or not at all: of two processes one makes the code, both read the same.
        os.link(draft, path)
    except FileExistsError:
        fresh = path.read_text(encoding="ascii").strip()
    except OSError:
        draft.replace(path)  # a file system without links; there the last of two wins
    finally:
        draft.unlink(missing_ok=True)
    return fresh


def forget_code() -> None:
    _path().unlink(missing_ok=True)


def is_right(code: str) -> bool:
    """Compared without regard to case, blanks and dashes, in constant time."""
    typed = "".join(letter for letter in code.lower() if letter.isalnum())
    return secrets.compare_digest(typed.encode(), current_code().replace("-", "").encode())


def may_try(address: str) -> bool:
    """False after too many wrong codes from this address; the way opens again by itself after ten minutes.

    Counted by address: the code is too long to be guessed by many, and one stranger must not lock the owner out.
    """
    return int(cache.get(_wrong(address), 0)) < TRIES


def note_wrong(address: str) -> None:
    if not cache.add(_wrong(address), 1, WINDOW):
        with suppress(ValueError):  # the window ended this instant
            cache.incr(_wrong(address))


def _wrong(address: str) -> str:
    return f"first-run-wrong:{address}"


def _path() -> Path:
    return Path(settings.DATA_DIR) / "keys" / "first-run.code"


def _fresh() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _letter in range(12))
    return "-".join((letters[:4], letters[4:8], letters[8:]))
