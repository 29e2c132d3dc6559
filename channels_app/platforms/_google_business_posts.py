"""Local posts of Google Business Profile: the creating request's body, and whether a post in the list is ours.

Source: developers.google.com/my-business, posts guide and v4 reference, accounts.locations.localPosts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app import measure
from channels_app.capabilities import Option
from channels_app.content import Content
from channels_app.errors import Rejected
from channels_app.platforms._wire import moment_of
from channels_app.platforms.base import Prepared

PAGE = 20
SKEW = timedelta(minutes=2)  # between their clock and ours
SETTLED = timedelta(seconds=60)
_KINDS = {"update": "STANDARD", "event": "EVENT", "offer": "OFFER"}
_DATED = ("event", "offer")
_WITH_ADDRESS = ("BOOK", "ORDER", "SHOP", "LEARN_MORE", "SIGN_UP")
OPTIONS = (
    Option(
        "kind",
        gettext_lazy("What it is"),
        "choice",
        default="update",
        choices=(
            ("update", gettext_lazy("An update")),
            ("event", gettext_lazy("An event with its date")),
            ("offer", gettext_lazy("An offer that holds for some days")),
        ),
    ),
    Option(
        "event_title",
        gettext_lazy("Title of the event or offer"),
        "text",
        only=("kind", _DATED),
        required=True,
        limit=58,
    ),
    Option(
        "starts",
        gettext_lazy("Begins"),
        "moment",
        help=gettext_lazy("In the local time of the branch."),
        only=("kind", _DATED),
        required=True,
    ),
    Option("ends", gettext_lazy("Ends"), "moment", only=("kind", _DATED), required=True),
    Option(
        "whole_days",
        gettext_lazy("Whole days, without times"),
        "flag",
        default=False,
        only=("kind", _DATED),
    ),
    Option(
        "button",
        gettext_lazy("Button below the text"),
        "choice",
        choices=(
            ("", gettext_lazy("None")),
            ("LEARN_MORE", gettext_lazy("Learn more")),
            ("BOOK", gettext_lazy("Book")),
            ("SIGN_UP", gettext_lazy("Sign up")),
            ("ORDER", gettext_lazy("Order online")),
            ("SHOP", gettext_lazy("Shop")),
            ("CALL", gettext_lazy("Call now (the telephone number of the profile)")),
        ),
        help=gettext_lazy("Addresses in the text cannot be clicked: put them behind a button. Offers have their own."),
        only=("kind", ("update", "event")),
    ),
    Option(
        "button_url",
        gettext_lazy("Where the button leads"),
        "url",
        only=("button", _WITH_ADDRESS),
        required=True,
    ),
    Option("coupon", gettext_lazy("Coupon code"), "text", only=("kind", ("offer",)), limit=58),
    Option("redeem_url", gettext_lazy("Where the offer is redeemed online"), "url", only=("kind", ("offer",))),
    Option("terms", gettext_lazy("Terms of the offer"), "lines", only=("kind", ("offer",))),
)


def body_of(content: Content, language: str) -> dict[str, Any]:
    """The body without its picture. Raises Rejected for dates that make no sense, before anything is sent."""
    options = content.options
    kind = str(options.get("kind") or "update")
    body: dict[str, Any] = {
        "languageCode": content.language or language or "en",
        "summary": measure.plain_newlines(content.parts[0].text),
        "topicType": _KINDS.get(kind, "STANDARD"),
    }
    if kind in _DATED:
        body["event"] = {"title": str(options.get("event_title") or "").strip(), "schedule": _schedule(options)}
    if kind == "offer":
        said = {"couponCode": "coupon", "redeemOnlineUrl": "redeem_url", "termsConditions": "terms"}
        body["offer"] = {theirs: str(options[ours]).strip() for theirs, ours in said.items() if options.get(ours)}
    elif button := options.get("button"):
        body["callToAction"] = {"actionType": str(button)}
        if button in _WITH_ADDRESS:
            body["callToAction"]["url"] = str(options.get("button_url") or "")
    return body


def _schedule(options: dict[str, Any]) -> dict[str, Any]:
    """Wall times at the branch; without times where it is about whole days."""
    starts, ends = _moment(options, "starts"), _moment(options, "ends")
    whole = bool(options.get("whole_days"))
    if ends < starts or (ends == starts and not whole):
        raise Rejected(_("The end must come after the beginning."), field="options.ends")
    days = {"startDate": _day(starts), "endDate": _day(ends)}
    return days if whole else {**days, "startTime": _time(starts), "endTime": _time(ends)}


def _moment(options: dict[str, Any], name: str) -> datetime:
    try:
        return datetime.strptime(str(options.get(name) or ""), "%Y-%m-%dT%H:%M")
    except ValueError:
        raise Rejected(_("An event or offer needs a beginning and an end."), field=f"options.{name}") from None


def _day(moment: datetime) -> dict[str, int]:
    return {"year": moment.year, "month": moment.month, "day": moment.day}


def _time(moment: datetime) -> dict[str, int]:
    return {"hours": moment.hour, "minutes": moment.minute, "seconds": 0, "nanos": 0}


# --- the list -------------------------------------------------------------
def is_ours(post: dict[str, Any], prepared: Prepared) -> bool:
    """Whether it says what ours says: words, kind, title and the address of the button."""
    body = prepared.data["body"]
    alike = post.get("topicType", "STANDARD") == body["topicType"] and _words(post) == _words(body)
    return (
        alike
        and _inside(post, "event", "title") == _inside(body, "event", "title")
        and (_inside(post, "callToAction", "url") == _inside(body, "callToAction", "url"))
    )


def newcomers(posts: list[dict[str, Any]], prepared: Prepared) -> list[dict[str, Any]]:
    """Posts that were not there when this one was prepared, and were not made before that."""
    since = datetime.fromisoformat(prepared.data["at"]) - SKEW
    fresh = [one for one in posts if one.get("name") not in prepared.data["seen"]]
    return [one for one in fresh if (made := moment_of(one.get("createTime"))) is None or made >= since]


def unreadable(post: dict[str, Any]) -> bool:
    """Whether it could be ours although nothing proves it."""
    return not isinstance(post.get("name"), str) or not isinstance(post.get("summary", ""), str)


def _words(post: dict[str, Any]) -> str:
    said = post.get("summary", "")
    return " ".join(said.split()) if isinstance(said, str) else "\0"


def _inside(post: dict[str, Any], name: str, key: str) -> str:
    inner = post.get(name)
    value = inner.get(key) if isinstance(inner, dict) else None
    return value.strip() if isinstance(value, str) else ""
