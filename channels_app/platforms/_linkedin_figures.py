"""Figures of LinkedIn's posts and pages. Reading them needs the rights of a page, or one LinkedIn gives on request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from channels_app.capabilities import Metric
from channels_app.errors import Rejected
from channels_app.platforms._linkedin_api import Line, listed, quoted, raise_for, unreadable
from channels_app.platforms._linkedin_posts import comment_at, is_page
from channels_app.platforms._wire import number_of
from channels_app.platforms.base import Figures, Receipt

BATCH = 20
_PAGE_COUNTS = {
    "impressionCount": "impressions",
    "uniqueImpressionsCount": "reached",
    "likeCount": "reactions",
    "commentCount": "comments",
    "shareCount": "reposts",
    "clickCount": "clicks",
}
# One question for each: LinkedIn gives a member's figures one type at a time.
_MEMBER_COUNTS = {
    "IMPRESSION": "impressions",
    "MEMBERS_REACHED": "reached",
    "REACTION": "reactions",
    "COMMENT": "comments",
    "RESHARE": "reposts",
    "LINK_CLICKS": "clicks",
}
METRICS = (
    Metric(
        "impressions",
        "reach",
        gettext_lazy("Impressions"),
        gettext_lazy("How often the post was on a screen, without advertising, as LinkedIn counts it."),
    ),
    Metric(
        "reached",
        "people",
        gettext_lazy("Members reached"),
        gettext_lazy("Different members who had the post on their screen."),
    ),
    Metric("reactions", "reactions", gettext_lazy("Reactions"), gettext_lazy("Likes and all other reactions.")),
    Metric("comments", "replies", gettext_lazy("Comments"), gettext_lazy("Comments under the post, our own too.")),
    Metric("reposts", "shares", gettext_lazy("Reposts"), gettext_lazy("How often members shared the post again.")),
    Metric(
        "clicks",
        "clicks",
        gettext_lazy("Clicks"),
        gettext_lazy("Clicks on the post, its link or the name of the page."),
    ),
    Metric(
        "followers", "followers", gettext_lazy("Followers"), gettext_lazy("Members who follow the page."), "account"
    ),
)


def of_posts(line: Line, receipts: Sequence[Receipt]) -> dict[str, Figures]:
    """Figures by remote id. A comment of ours has none."""
    wanted = [one.remote_id for one in receipts]
    posts = [urn for urn in wanted if not comment_at(urn)]
    read = _of_page if is_page(line.session) else _of_member
    return {**dict.fromkeys(wanted, Figures({})), **read(line, posts)}


def followers(line: Line) -> Figures:
    answer = line.get(f"/rest/networkSizes/{quoted(line.me)}?edgeType=COMPANY_FOLLOWED_BY_MEMBER")
    count = number_of(answer.fields.get("firstDegreeSize"))
    if count is None:
        raise unreadable(answer)
    return Figures({"followers": count})


def _of_page(line: Line, posts: list[str]) -> dict[str, Figures]:
    found: dict[str, Figures] = {}
    for kind, name in (("share", "shares"), ("ugcPost", "ugcPosts")):
        urns = [urn for urn in posts if urn.startswith(f"urn:li:{kind}:")]
        for start in range(0, len(urns), BATCH):
            found |= _statistics(line, kind, name, urns[start : start + BATCH])
    return {urn: found.get(urn) or _without(line, urn) for urn in posts}


def _statistics(line: Line, kind: str, name: str, urns: list[str]) -> dict[str, Figures]:
    query = f"q=organizationalEntity&organizationalEntity={quoted(line.me)}&{name}={listed(urns)}"
    try:
        elements = line.elements(f"/rest/organizationalEntityShareStatistics?{query}", restli="FINDER")
    except Rejected:  # one it does not want to hear of must not cost the others their figures
        if len(urns) == 1:
            return {}
        apart = [_statistics(line, kind, name, [urn]) for urn in urns]
        return {urn: found for one in apart for urn, found in one.items()}
    return {str(one.get(kind)): _counted(one) for one in elements}


def _counted(element: dict[str, Any]) -> Figures:
    told = element.get("totalShareStatistics")
    counts = (
        {ours: number_of(told.get(theirs)) for theirs, ours in _PAGE_COUNTS.items()} if isinstance(told, dict) else {}
    )
    return Figures({name: value for name, value in counts.items() if value is not None})


def _without(line: Line, urn: str) -> Figures:
    """A post LinkedIn gave no figures for: nobody has done anything with it yet, or it is gone."""
    answer = line.call("GET", f"/rest/posts/{quoted(urn)}")
    if answer.status == 404 and answer.fields:
        return Figures({}, gone=True)
    if answer.status == 403:
        return Figures({})
    raise_for(answer)
    if answer.text("id") != urn:
        raise unreadable(answer)
    return Figures(dict.fromkeys(_PAGE_COUNTS.values(), 0))


def _of_member(line: Line, posts: list[str]) -> dict[str, Figures]:
    return {urn: _of_member_post(line, urn) for urn in posts}


def _of_member_post(line: Line, urn: str) -> Figures:
    entity = f"({'ugc' if ':ugcPost:' in urn else 'share'}:{quoted(urn)})"
    values: dict[str, int] = {}
    for theirs, ours in _MEMBER_COUNTS.items():
        path = f"/rest/memberCreatorPostAnalytics?q=entity&entity={entity}&queryType={theirs}&aggregation=TOTAL"
        answer = line.call("GET", path, restli="FINDER")
        if answer.status == 404 and answer.fields:
            return Figures({}, gone=True)
        if answer.status == 400 and answer.fields:  # an address a person gave, of a kind that has no figures
            return Figures({})
        raise_for(answer)
        elements = answer.fields.get("elements")
        if not isinstance(elements, list):
            raise unreadable(answer)
        count = number_of(elements[0].get("count")) if elements and isinstance(elements[0], dict) else None
        if count is not None:
            values[ours] = count
    return Figures(values)
