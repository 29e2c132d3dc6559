"""Google Business Profile: posts on a branch's entry in Google Search and Maps.

One branch is one location is one channel. A post is accepted first and looked at by Google afterwards: `follow` asks
until it is live or rejected. There are no keys of ours; the location's own list proves what became of a request.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import regex
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.connect import Context, FieldProblem
from channels_app.content import Content
from channels_app.errors import Gone, Rejected, Temporary, Unclear
from channels_app.platforms import _google, _oauth
from channels_app.platforms import _google_business_facts as facts
from channels_app.platforms import _google_business_posts as posts
from channels_app.platforms._google import Line
from channels_app.platforms._oauth import Tokens
from channels_app.platforms._wire import Answer, number_of
from channels_app.platforms.base import (
    Account,
    Adapter,
    Choice,
    Connected,
    Figures,
    Found,
    Prepared,
    Receipt,
    Redirect,
    Session,
    alt_of,
)

_NAME = "Google Business Profile"
_READ = "name,title,storeCode,websiteUri,languageCode,metadata"
_MOST_PAGES = 50
_POST = regex.compile(r"accounts/[^/]+/locations/[^/]+/localPosts/[^/]+")
# Part of the path Google complains about -> our field.
_FIELDS = {
    "media": "media",
    "sourceUrl": "media",
    "event.title": "options.event_title",
    "schedule": "options.starts",
    "callToAction": "options.button_url",
    "redeemOnlineUrl": "options.redeem_url",
    "offer": "options.terms",
    "languageCode": "language",
}
_LIST = ("localPosts", "nextPageToken")
_DAYS, _LAG = 28, timedelta(days=5)  # figures come two to five days late
_FIGURES = {
    "BUSINESS_IMPRESSIONS_DESKTOP_MAPS": "seen",
    "BUSINESS_IMPRESSIONS_DESKTOP_SEARCH": "seen",
    "BUSINESS_IMPRESSIONS_MOBILE_MAPS": "seen",
    "BUSINESS_IMPRESSIONS_MOBILE_SEARCH": "seen",
    "WEBSITE_CLICKS": "website",
    "BUSINESS_DIRECTION_REQUESTS": "routes",
    "CALL_CLICKS": "calls",
}


class GoogleBusiness(Adapter):
    key = "google_business"
    name = _NAME
    colour = "#1967d2"
    mark = "G"
    needs = gettext_lazy(
        "A verified profile of the branch that is at least 60 days old, and a Google Cloud project that Google has "
        "approved for the Business Profile APIs."
    )
    connect_kind = "redirect"
    token_fields = ("refresh", "location")
    app_fields = _google.APP_FIELDS
    scopes = ("https://www.googleapis.com/auth/business.manage",)
    hosts = {
        **_google.HOSTS,
        "api": "https://mybusiness.googleapis.com",
        "accounts": "https://mybusinessaccountmanagement.googleapis.com",
        "information": "https://mybusinessbusinessinformation.googleapis.com",
        "performance": "https://businessprofileperformance.googleapis.com",
    }
    by_hand = _google.BY_HAND
    guide = facts.GUIDE
    capabilities = facts.CAPABILITIES

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Context) -> Redirect:
        return _google.begin(self, redirect_uri=redirect_uri, state=state, context=context)

    def finish(
        self, keep: dict[str, Any], answer: dict[str, str], *, redirect_uri: str, context: Context
    ) -> Connected | Choice:
        """The locations this person may post for."""
        tokens = _google.exchange(self, keep, answer, redirect_uri=redirect_uri, context=context)
        return self._opened(tokens, context)

    def from_token(self, fields: dict[str, str], *, context: Context) -> Connected | Choice:
        """Fields: "refresh" (or "token", which lasts an hour); "location", its number, where there are several."""
        opened = self._opened(_google.tokens_from(self, fields, context), context)
        number = fields.get("location", "").strip().rpartition("/")[2]
        if not number:
            return opened
        for one in opened.accounts if isinstance(opened, Choice) else (opened,):
            if one.account.remote_id.endswith(f"/locations/{number}"):
                return one
        raise FieldProblem("location", _("This sign-in may not post for that location."))

    def _opened(self, tokens: Tokens, context: Context) -> Connected | Choice:
        found = list(self._locations(Line(_oauth.Arriving(self.key, tokens, context), _NAME)))
        if not found:
            raise FieldProblem(
                "",
                _(
                    "This Google account manages no location that may post. The profile must be verified, and the "
                    "account must be its owner or manager."
                ),
            )
        more = {"shared": True} if len(found) > 1 else {}
        opened = tuple(Connected(one, tokens.secret(**more), tokens.expires_at, tokens.ends_at) for one in found)
        return opened[0] if len(opened) == 1 else Choice(opened)

    def _locations(self, line: Line) -> Iterator[Account]:
        """Each once, though several accounts of one person may hold it."""
        known: set[str] = set()
        for owner in self._listed(line, f"{self.host('accounts')}/v1/accounts", "accounts", pageSize=20):
            account = str(owner.get("name"))
            path = f"{self.host('information')}/v1/{account}/locations"
            for one in self._listed(line, path, "locations", readMask=_READ, pageSize=100):
                location = str(one.get("name"))
                if location not in known and _may_post(one):
                    known.add(location)
                    yield _account(account, one)

    def _listed(self, line: Line, url: str, name: str, **query: Any) -> Iterator[dict[str, Any]]:
        token = ""
        for _page in range(_MOST_PAGES):
            answer = line.get(url, params={**query, **({"pageToken": token} if token else {})})
            found = answer.fields.get(name, [])
            if not isinstance(found, list):
                raise _unreadable(answer)
            yield from (one for one in found if isinstance(one, dict) and isinstance(one.get("name"), str))
            token = answer.text("nextPageToken")
            if not token:
                return

    def probe(self, session: Session) -> Account:
        """Also whether the location may still post."""
        account, _slash, location = session.remote_id.partition("/locations/")
        answer = Line(session, _NAME).get(
            f"{self.host('information')}/v1/locations/{location}", params={"readMask": _READ}
        )
        if answer.text("name") != f"locations/{location}":
            raise _unreadable(answer)
        return _account(account, answer.fields)

    def renew(self, session: Session, secret: dict[str, Any]) -> Connected:
        return _google.renew(self, session, secret)

    def revoke(self, session: Session) -> None:
        _google.revoke(self, session)

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        """The body, and which posts were there before. A picture's address lasts a day: made when sent."""
        body = posts.body_of(content, str(session.facts.get("language") or ""))
        for media in content.parts[index].media:
            session.public_url(media)  # raises where nobody can reach us, before anything is sent
        seen = [str(one.get("name")) for one in self._own(Line(session, _NAME))[0]]
        return Prepared(key, {"body": body, "seen": seen, "at": timezone.now().isoformat()})

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        body = dict(prepared.data["body"])
        if media := content.parts[index].media:
            body["media"] = [{"mediaFormat": "PHOTO", "sourceUrl": session.public_url(one)} for one in media]
        answer = Line(session, _NAME).call("POST", self._list_of(session), creating=True, json=body)
        _google.raise_for(answer, _NAME, creating=True, fields=_FIELDS)
        if not _POST.fullmatch(answer.text("name")):
            reason = _("The answer of %s cannot be read; what became of the post must be looked up.") % _NAME
            raise Unclear(reason, detail=answer.words)
        return _receipt(session, answer.fields, alt_of(content, index, self.capabilities))

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        listed, more = self._own(Line(session, _NAME))
        fresh = posts.newcomers(listed, prepared)
        for post in fresh:
            if _POST.fullmatch(str(post.get("name"))) and posts.is_ours(post, prepared):
                return Found.present(_receipt(session, post, alt_of(content, index, self.capabilities)))
        seen = prepared.data["seen"]
        whole = any(one.get("name") in seen for one in listed) if seen else not more
        settled = timezone.now() - since >= posts.SETTLED
        if whole and settled and not any(map(posts.unreadable, fresh)):
            return Found.absent()
        return Found("unknown", look_at=session.url or "https://business.google.com/posts")

    def recognise(self, session: Session, url: str) -> Receipt:
        """By the address Google gave the post, among the newest of the location."""
        for post in self._own(Line(session, _NAME))[0]:
            address = post.get("searchUrl")
            rest = url.strip().removeprefix(address) if isinstance(address, str) and address else url
            if rest != url.strip() and rest[:1] in ("", "?", "&", "#"):
                return _receipt(session, post, "none")
        raise Rejected(_("There is no post of this account at this address."), field="url")

    def follow(self, session: Session, receipt: Receipt) -> Receipt:
        """Google looks at each post: it becomes live, or is rejected without a reason."""
        answer = Line(session, _NAME).call("GET", f"{self.host('api')}/v4/{receipt.remote_id}")
        if answer.status == 404 and answer.fields:
            raise Gone(_("The post is no longer in the profile."), detail=answer.words)
        _google.raise_for(answer, _NAME)
        if answer.text("name") != receipt.remote_id:
            raise _unreadable(answer)
        return _receipt(session, answer.fields, receipt.alt)

    def delete(self, session: Session, receipt: Receipt) -> None:
        answer = Line(session, _NAME).call("DELETE", f"{self.host('api')}/v4/{receipt.remote_id}")
        if not (answer.status == 404 and answer.fields):
            _google.raise_for(answer, _NAME)

    def _list_of(self, session: Session) -> str:
        return f"{self.host('api')}/v4/{session.remote_id}/localPosts"

    def _own(self, line: Line) -> tuple[list[dict[str, Any]], bool]:
        """(the newest posts, whether there are more). A profile without posts has no list in its answer."""
        answer = line.get(self._list_of(line.session), params={"pageSize": posts.PAGE})
        found = answer.fields.get("localPosts", [])
        if not isinstance(found, list) or (answer.fields and answer.fields.keys().isdisjoint(_LIST)):
            raise _unreadable(answer)
        return [one for one in found if isinstance(one, dict)], bool(answer.text("nextPageToken"))

    # --- figures ----------------------------------------------------------
    def audience(self, session: Session) -> Figures:
        """Sums over four whole weeks; a day without a value is a day on which nothing happened."""
        last = timezone.now().date() - _LAG
        query = [("dailyMetrics", name) for name in _FIGURES]
        query += _range(last - timedelta(days=_DAYS - 1), last)
        location = session.remote_id.rpartition("/")[2]
        url = f"{self.host('performance')}/v1/locations/{location}:fetchMultiDailyMetricsTimeSeries?{urlencode(query)}"
        answer = Line(session, _NAME).get(url)
        series = list(_series(answer.fields.get("multiDailyMetricTimeSeries")))
        if not series:
            raise _unreadable(answer)
        values = dict.fromkeys(_FIGURES.values(), 0)
        for name, total in series:
            if name in _FIGURES:
                values[_FIGURES[name]] += total
        return Figures(values)


def _may_post(location: dict[str, Any]) -> bool:
    metadata = location.get("metadata")
    return isinstance(metadata, dict) and metadata.get("canOperateLocalPost") is True


def _account(account: str, location: dict[str, Any]) -> Account:
    metadata = location.get("metadata")
    told = metadata if isinstance(metadata, dict) else {}
    title = str(location.get("title") or location.get("name"))
    return Account(
        remote_id=f"{account}/{location['name']}",
        name=title,
        handle=f"@{location.get('storeCode') or title}",
        url=str(told.get("mapsUri") or "https://business.google.com/posts"),
        facts={"language": str(location.get("languageCode") or ""), "place": str(told.get("placeId") or "")},
    )


def _receipt(session: Session, post: dict[str, Any], alt: str) -> Receipt:
    """Raises Rejected for a post Google has thrown out."""
    state, address = post.get("state"), post.get("searchUrl")
    if state == "REJECTED":
        raise Rejected(
            _(
                "Google rejected the post and gives no reason. Usual ones are a telephone number or capitals in the "
                "text, a repetition, or a picture with much text."
            ),
            field="text",
        )
    url = address if isinstance(address, str) and address.startswith("http") else session.url
    return Receipt(str(post["name"]), url or "https://business.google.com/posts", alt, processing=state != "LIVE")


def _range(first: date, last: date) -> list[tuple[str, Any]]:
    days = (("start_date", first), ("end_date", last))
    return [(f"dailyRange.{end}.{part}", getattr(day, part)) for end, day in days for part in ("year", "month", "day")]


def _series(value: Any) -> Iterator[tuple[str, int]]:
    """(name, sum) of each series in an answer."""
    for outer in value if isinstance(value, list) else []:
        inner = outer.get("dailyMetricTimeSeries") if isinstance(outer, dict) else None
        for one in inner if isinstance(inner, list) else []:
            if isinstance(one, dict) and isinstance(one.get("dailyMetric"), str):
                yield one["dailyMetric"], _sum(one.get("timeSeries"))


def _sum(series: Any) -> int:
    days = series.get("datedValues") if isinstance(series, dict) else None
    return (
        sum(number_of(day.get("value")) or 0 for day in days if isinstance(day, dict)) if isinstance(days, list) else 0
    )


def _unreadable(answer: Answer) -> Temporary:
    return Temporary(_("The answer of %s cannot be read.") % _NAME, detail=answer.words)
