"""Contrast of the colours that meet on our pages, computed from tokens.css (WCAG 1.4.3, 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from channels_app import platforms
from channels_app.platforms.base import Adapter
from channels_app.views import colours

CSS = Path(settings.BASE_DIR) / "static/css"
PLAIN = (CSS / "tokens.css").read_text(encoding="utf-8")
MORE = (CSS / "contrast.css").read_text(encoding="utf-8")
PAIR = re.compile(r"--([a-z0-9-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
GROUNDS = ("paper", "surface", "raised", "sunken", "hover")
TONES = ("good", "caution", "bad", "info", "unsure", "still")

TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-soft") for ground in GROUNDS],
    *[("ink-faint", ground) for ground in ("paper", "surface", "raised", "sunken")],
    *[("accent", ground) for ground in ("paper", "surface", "raised", "hover")],
    *[("accent-strong", ground) for ground in ("paper", "surface", "raised", "hover", "accent-wash")],
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-bad", "bad"),
    *[(tone, f"{tone}-wash") for tone in TONES],
    *[(tone, ground) for tone in TONES for ground in ("paper", "surface", "raised")],
    *[("ink", f"{tone}-wash") for tone in TONES],
    ("ink", "accent-wash"),
    ("ink-soft", "accent-wash"),
    ("accent", "accent-wash"),
    ("ink", "mark"),
    ("paper", "ink"),
]
EDGES = [
    *[("line-strong", ground) for ground in ("paper", "surface", "raised", "sunken")],
    *[("focus", ground) for ground in (*GROUNDS, "accent-wash")],
    *[("accent-line", ground) for ground in ("surface", "accent-wash")],
    *[(f"chart-{number}", ground) for number in (1, 2, 3, 4) for ground in ("surface", "paper")],
]


def values(theme: str, source: str = PLAIN) -> dict[str, str]:
    return {name: (light if theme == "light" else dark) for name, light, dark in PAIR.findall(source)}


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself_is_right() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(theme: str, ink: str, ground: str) -> None:
    colours = values(theme)
    assert ratio(colours[ink], colours[ground]) >= 4.5, f"{ink} on {ground}"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_can_be_seen(theme: str, edge: str, ground: str) -> None:
    colours = values(theme)
    assert ratio(colours[edge], colours[ground]) >= 3, f"{edge} on {ground}"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_high_contrast_is_higher(theme: str) -> None:
    colours = values(theme) | values(theme, MORE)
    for ink in ("ink", "ink-soft", "ink-faint", "accent"):
        for ground in ("paper", "surface", "raised"):
            assert ratio(colours[ink], colours[ground]) >= 7, f"{ink} on {ground}"


@pytest.mark.parametrize("adapter", platforms.ALL, ids=lambda one: one.key)
def test_platform_badges_can_be_read(adapter: Adapter) -> None:
    assert ratio("#ffffff", adapter.colour) >= 4.5
    assert f'[data-platform="{adapter.key}"] {{ --platform: {adapter.colour};' in colours.sheet()
