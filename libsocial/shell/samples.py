"""What the living style page shows: every token by name, and components filled with plausible library matter."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator

from channels_app import platforms
from libsocial.core import charts
from libsocial.shell import looks

COLOUR = re.compile(r"--([a-z0-9-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
DAYS = [f"{day} Nov" for day in range(1, 15)]
SEEN = [120, 180, 164, 240, 310, None, None, 280, 420, 390, 510, 470, 620, 580]
BEFORE = [90, 110, 130, 160, 170, 150, 190, 230, 210, 260, 300, 280, 320, 350]


@cache
def colours() -> tuple[tuple[str, str, str], ...]:
    """Name, light value and dark value of every colour token, as tokens.css says (before high contrast)."""
    text = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    plain = text.split("@media (prefers-contrast", 1)[0]
    return tuple(COLOUR.findall(plain))


class SampleForm(forms.Form):
    """One field of each kind, as Django draws it with our field template."""

    name = forms.CharField(label="Name of the branch", help_text="As patrons know it.", initial="North Branch")
    email = forms.EmailField(label="E-mail", required=False)
    zone = forms.ChoiceField(label="Time zone", choices=[("Europe/London", "Europe/London"), ("UTC", "UTC")])
    note = forms.CharField(label="Internal note", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    rule = forms.ChoiceField(
        label="Missing alt text",
        widget=forms.RadioSelect,
        choices=[("warn", "Warn"), ("block", "Refuse to send for approval")],
        initial="warn",
    )
    days = forms.MultipleChoiceField(
        label="Open on",
        widget=forms.CheckboxSelectMultiple,
        choices=[("mon", "Monday"), ("tue", "Tuesday"), ("sat", "Saturday")],
        initial=["mon"],
        required=False,
    )
    own = forms.BooleanField(label="Authors may approve their own", required=False, help_text="The trail says so.")


def faulty_form() -> SampleForm:
    """The same form after a mistake, with what was typed kept."""
    form = SampleForm(data={"name": "", "email": "desk(at)library.example", "zone": "UTC", "rule": "warn"})
    form.add_error(None, "Nothing was saved yet: two fields need a look.")
    return form


def everything() -> dict[str, Any]:
    """The context of the living page."""
    return {
        "colours": colours(),
        "editorial": looks.EDITORIAL,
        "wire": looks.WIRE,
        "channel_states": looks.CHANNEL,
        "levels": looks.LEVELS,
        "platforms": platforms.ALL,
        "form": SampleForm(auto_id="sample_%s"),
        "faulty": faulty_form(),
        "page": Paginator(range(1, 481), 24).get_page(7),
        "line": charts.line_chart(
            title="People who saw your posts",
            labels=DAYS,
            series=[charts.Series("This month", SEEN), charts.Series("Last month", BEFORE)],
            description="A rising line; nothing is known for 6 and 7 November.",
        ),
        "bars": charts.bar_chart(
            title="Reactions by channel",
            name="Reactions",
            items=[("Town Library on Bluesky", 412), ("Town Library on Mastodon", 268), ("Practice", None)],
        ),
        "spark": charts.sparkline(title="Followers, last 14 days, rising", values=BEFORE),
        "at": datetime(2026, 11, 23, 14, 30, tzinfo=UTC),
    }
