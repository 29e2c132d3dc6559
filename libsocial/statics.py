"""The static things that are made and not committed: the typeface, compiled translations, collected files.

Each step looks first whether its result is already newer than its sources, so a second start pays
for a few file dates only.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from libsocial.datafolder import CannotStart

FONT = Path("built") / "fonts" / "inter.woff2"  # the address static/css/base.css names


def prepare(font: subprocess.Popen[bytes] | None = None) -> None:
    """Make everything a browser needs that is not there yet.

    ``font``: what :func:`start_font` returned, when it was started earlier. Raises :class:`CannotStart`
    when a folder of the program cannot be written.
    """
    font = font or start_font()
    try:
        compile_messages()
        if font and font.wait():
            raise OSError(f"python -m libsocial.typeface {font_file()} failed")
        collect()
    except OSError as error:
        raise CannotStart(
            f"The static files of the pages cannot be made ({error.strerror or error}).\n"
            f"Make room if the disk is full, and run this once as the owner of {settings.BASE_DIR}:\n"
            "  python3 manage.py build"
        ) from error


def font_file() -> Path:
    """Where the typeface of the interface is kept."""
    return Path(settings.STATICFILES_DIRS[0]) / FONT


def start_font() -> subprocess.Popen[bytes] | None:
    """Begin to make the typeface in a process of its own, unless it is there."""
    if font_file().exists():
        return None
    command = [sys.executable, "-m", "libsocial.typeface", str(font_file())]
    return subprocess.Popen(command, cwd=settings.BASE_DIR)  # noqa: S603  our own module and path


def compile_messages() -> int:
    """Compile translations that are newer than their compiled form; how many there were."""
    import polib

    done = 0
    for folder in settings.LOCALE_PATHS:
        for source in Path(folder).glob("*/LC_MESSAGES/*.po"):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                draft = target.with_suffix(f".{os.getpid()}.part")
                polib.pofile(str(source)).save_as_mofile(str(draft))
                draft.replace(target)
                done += 1
    return done


def collect() -> bool:
    """Collect static files with hashed names; whether anything had changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".fingerprint"
    if stamp.exists() and stamp.read_text(encoding="ascii") == _fingerprint():
        return False
    call_command("collectstatic", interactive=False, clear=stamp.parent.exists(), verbosity=0)
    stamp.write_text(_fingerprint(), encoding="ascii")
    return True


def _fingerprint() -> str:
    """Changes when a static file of ours or the version of a package changes."""
    digest = hashlib.sha256()
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                facts = path.stat()
                digest.update(f"{path}:{facts.st_size}:{facts.st_mtime_ns}\n".encode())
    for name in ("django", "django-htmx", "django-allauth", "whitenoise"):
        digest.update(f"{name}=={metadata.version(name)}\n".encode())
    return digest.hexdigest()
