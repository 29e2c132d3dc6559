"""Static files as the product serves them: collected, hashed, whole."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.core.management import call_command

from libsocial.shell import weight


def test_collected_files_name_each_other_by_hash(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "libsocial.shell.storage.StaticFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    base = next(tmp_path.glob("css/base.????????????.css")).read_text()
    assert re.search(r"built/fonts/inter\.[0-9a-f]{12}\.woff2", base)
    composer = next(tmp_path.glob("js/compose.????????????.js")).read_text()
    imports = re.findall(r'from "\./([^"]+)"', composer)
    assert imports
    for name in imports:
        assert re.fullmatch(r"\w+\.[0-9a-f]{12}\.js", name), f"{name} could be an old one after an upgrade"
        assert (tmp_path / "js" / name).exists()


def test_all_script_and_style_together_is_light() -> None:
    """What somebody on a slow phone would load if they opened every page there is."""
    found = weight.of_all()
    assert found.files > 60 and found.total < 150_000
    assert "js/compose_save.js" in weight._with_imports({"js/compose.js"})
