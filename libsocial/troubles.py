"""Troubles of the machine, for commands: a sentence and exit code 1 in place of a trace."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import OperationalError

from libsocial import datafolder
from libsocial.datafolder import CannotStart


@contextmanager
def said_plainly() -> Iterator[None]:
    """Leave the process with a sentence when disk, folder, port or database stand in the way."""
    try:
        yield
    except CannotStart as problem:
        sys.exit(str(problem))
    except OSError as error:
        sys.exit(datafolder.sentence_for(error, Path(settings.DATA_DIR)))
    except KeyboardInterrupt:
        sys.exit("\nStopped before it was ready. The next start goes on from here.")
    except OperationalError as error:
        sys.exit(_about_database(error))


def _about_database(error: OperationalError) -> str:
    """A sentence for a database that does not open or has no room."""
    if "full" in str(error):
        return datafolder.no_room(Path(settings.DATA_DIR), 0)
    where = "LIBSOCIAL_DATABASE_URL" if settings.DATABASE_URL else str(settings.DATA_DIR)
    return f"The database does not answer ({str(error).strip().splitlines()[0]}). Look at {where}."
