"""Pinterest: pins with a picture, several pictures or a film, on a board of the library.

Pinterest knows no idempotency key, and takes the same pin twice without a word. What became of one is read in the
newest pins of its board, which are remembered before; the list lags a little, so absence is believed late. Films are
uploaded and converted before the one creating request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import regex
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from requests.auth import HTTPBasicAuth

from channels_app.capabilities import (
    AltText,
    ApiVersion,
    Budget,
    Capabilities,
    MediaRules,
    Metric,
    Option,
    Preview,
    Source,
    TextLimit,
    TextUnit,
    VideoRules,
)
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content
from channels_app.errors import NeedsReconnect, Rejected, Temporary
from channels_app.platforms import _oauth, _wire
from channels_app.platforms import _pinterest_pins as pins
from channels_app.platforms._pinterest_line import NAME, Line, raise_for, unreadable
from channels_app.platforms._wire import Answer, Wire
from channels_app.platforms.base import (
    Account,
    Adapter,
    Connected,
    ConnectField,
    Figures,
    Found,
    Guide,
    Prepared,
    Receipt,
    Redirect,
    Session,
    Step,
    alt_of,
)

_SPEC = Source("Pinterest's OpenAPI description 5.23.0 (pinterest/api-description)", "2026-11-23")
_HELP = Source("help.pinterest.com, sizes of pictures and films; not told by the interface", "2026-11-23")
_TIERS = Source("developers.pinterest.com, access tiers and rate limits", "2026-11-23")
_SETTLED = timedelta(seconds=90)  # the list of a board may lag
_BOARD_PAGES, _SECTIONED = 4, 20  # pages of 250 boards; boards whose sections are read
_WINDOW = timedelta(days=89)  # days back that figures of days are told
_PIN = regex.compile(r"https?://(?:[\w-]+\.)?pinterest\.[a-z.]{2,6}/pin/(?:[\w-]*--)?(?P<id>\d{1,30})/?(?:[?#].*)?")
_LIFETIME = {
    "impression": "impressions",
    "pin_click": "pin_clicks",
    "clickthrough": "outbound_clicks",
    "outbound_click": "outbound_clicks",
    "save": "saves",
    "reaction": "reactions",
    "total_reactions": "reactions",
    "comment": "comments",
    "total_comments": "comments",
}
_OF_DAYS = {
    "IMPRESSION": "impressions",
    "PIN_CLICK": "pin_clicks",
    "OUTBOUND_CLICK": "outbound_clicks",
    "SAVE": "saves",
    "TOTAL_REACTIONS": "reactions",
    "TOTAL_COMMENTS": "comments",
    "VIDEO_MRC_VIEW": "video_views",
}
_ACCOUNT = {"follower_count": "followers", "monthly_views": "monthly_views", "pin_count": "pins"}
_BOARD = Option(
    "board",
    gettext_lazy("Board"),
    "choice",
    choices=(("", gettext_lazy("Choose a board")),),
    help=gettext_lazy("A new board appears here within a day, or when the channel is checked."),
    required=True,
)
_OPTIONS = (
    _BOARD,
    Option("title", gettext_lazy("Title"), "text", limit=100),
    Option(
        "link",
        gettext_lazy("Link of the pin"),
        "url",
        help=gettext_lazy(
            "Where the pin leads: the catalogue, the event. Empty: the link card of the post. No short links."
        ),
        limit=2048,
    ),
    Option(
        "cover",
        gettext_lazy("Picture of a film before it plays"),
        "choice",
        default="1",
        choices=(
            ("0", gettext_lazy("Its first moment")),
            ("1", gettext_lazy("After a second")),
            ("3", gettext_lazy("After three seconds")),
        ),
        help=gettext_lazy("Only for a film without a picture of its own."),
    ),
)
_TRIAL = gettext_lazy(
    "Your application has trial access: only you see the pins it makes, when you are signed in, and it may ask 1,000 "
    "things a day. Apply for standard access at Pinterest, then enter it with the keys."
)


class Pinterest(Adapter):
    key = "pinterest"
    name = "Pinterest"
    colour = "#b7081b"
    needs = gettext_lazy(
        "A business account with at least one board, and an application at Pinterest’s developer pages."
    )
    hosts = {
        "api": "https://api.pinterest.com",
        "sign_in": "https://www.pinterest.com",
        "upload": "https://pinterest-media-upload.s3-accelerate.amazonaws.com",
    }
    connect_kind = "redirect"
    token_fields = ("token", "refresh")
    app_fields = (
        ConnectField("client_id", gettext_lazy("App ID")),
        ConnectField("client_secret", gettext_lazy("App secret key"), "password"),
        ConnectField(
            "tier",
            gettext_lazy("Access of the application"),
            "choice",
            gettext_lazy("With trial access the public does not see the pins."),
            optional=True,
            choices=(("trial", gettext_lazy("Trial")), ("standard", gettext_lazy("Standard"))),
        ),
    )
    scopes = ("boards:read", "boards:write", "pins:read", "pins:write", "user_accounts:read")
    refresh_ahead = timedelta(days=7)
    guide = Guide(
        steps=(
            Step(
                gettext_lazy("Sign in with the library’s business account, open My apps, and connect a new app."),
                link="https://developers.pinterest.com/apps/",
            ),
            Step(
                gettext_lazy("In the settings of the app, enter this address under Redirect URIs."),
                copy=((gettext_lazy("Redirect URI"), "{redirect_uri}"),),
            ),
            Step(gettext_lazy("Copy App ID and App secret key, and have an administrator enter them here.")),
            Step(gettext_lazy("Continue here to sign in at Pinterest and allow all the rights that are asked for.")),
        ),
        approval=gettext_lazy(
            "Pinterest first gives trial access, within some days. For standard access you send a short film of how "
            "the application signs in and makes a pin; that takes some days to weeks."
        ),
        until_then=gettext_lazy("With trial access everything works, but nobody except you sees the pins."),
    )
    by_hand = gettext_lazy("On Pinterest, open Settings, Security, Connected apps, and remove the application.")
    capabilities = Capabilities(
        text=TextLimit(800, TextUnit.CODEPOINTS),
        media=MediaRules(
            max_images=5,
            mime_types=("image/jpeg", "image/png"),
            max_bytes=10_000_000,
            max_side=4000,
            required=True,
            video=VideoRules(
                max_count=1,
                mime_types=("video/mp4", "video/quicktime"),
                max_bytes=2_000_000_000,
                min_seconds=4,
                max_seconds=900,
                ratio=(0.5, 1.91),
                poster=True,
            ),
        ),
        alt_text=AltText(field=True, limit=pins.ALT_LIMIT, video=True),
        languages=False,
        link_card="ours",
        card_with_media=True,
        options=_OPTIONS,
        features=frozenset({"find", "metrics", "audience", "delete", "probe", "refresh"}),
        metrics=(
            Metric(
                "impressions", "reach", gettext_lazy("Impressions"), gettext_lazy("How often the pin was on a screen.")
            ),
            Metric(
                "saves",
                "shares",
                gettext_lazy("Saves"),
                gettext_lazy("Saves since it was made; told of its first 90 days only."),
            ),
            Metric("pin_clicks", "opens", gettext_lazy("Pin clicks"), gettext_lazy("How often the pin was opened.")),
            Metric(
                "outbound_clicks", "clicks", gettext_lazy("Link clicks"), gettext_lazy("Clicks on the link of the pin.")
            ),
            Metric("reactions", "reactions", gettext_lazy("Reactions"), gettext_lazy("Reactions since it was made.")),
            Metric("comments", "replies", gettext_lazy("Comments"), gettext_lazy("Comments since it was made.")),
            Metric(
                "video_views",
                "views",
                gettext_lazy("Film views"),
                gettext_lazy("Films half visible for two seconds; told of the first 90 days only."),
            ),
            Metric(
                "followers", "followers", gettext_lazy("Followers"), gettext_lazy("Accounts that follow."), "account"
            ),
            Metric(
                "monthly_views",
                "reach",
                gettext_lazy("Views in a month"),
                gettext_lazy("Views of all pins in the last 30 days."),
                "account",
            ),
            Metric("pins", "posts", gettext_lazy("Pins"), gettext_lazy("Pins of the account."), "account"),
        ),
        preview=Preview("picture", fold_after=100, fold_lines=2, crop=((2, 3),)),
        budget=Budget(requests=60, window=60),
        one_at_a_time=True,  # what was there before a pin is only known while nothing else is being sent
        version=ApiVersion("v5", source="developers.pinterest.com, API v5; checked 2026-11-23"),
        notes=(
            gettext_lazy("Who sees a pin is set on its board. Secret boards are not offered."),
            gettext_lazy("Several pictures of a pin share one description, and should have one shape."),
            gettext_lazy("Pinterest’s terms want pins of your own content only."),
        ),
        sources={
            **dict.fromkeys(("text", "alt_text", "link_card", "options", "metrics"), _SPEC),
            "media": _HELP,
            "budget": _TIERS,
        },
    )

    def capabilities_for(self, facts: dict[str, Any]) -> Capabilities:
        """With the account's own boards and their sections, and a warning while the application is on trial."""
        boards = tuple((number, name) for number, name in facts.get("boards") or [])
        chosen = boards[0][0] if len(boards) == 1 else ""
        board = replace(_BOARD, choices=boards if chosen else (*_BOARD.choices, *boards), default=chosen)
        notes = self.capabilities.notes if facts.get("tier") == "standard" else (_TRIAL, *self.capabilities.notes)
        return self.capabilities.with_facts(options=(board, *_OPTIONS[1:]), notes=notes)

    def _base(self) -> str:
        return f"{self.host('api')}/{self.version}"

    def _of(self, session: Session) -> Line:
        return Line(session, self._base())

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Context) -> Redirect:
        query = {
            "client_id": context.app["client_id"],
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": ",".join(self.scopes),
            "state": state,
        }
        return Redirect(_oauth.address(f"{self.host('sign_in')}/oauth/", query), {})

    def finish(self, keep: dict[str, Any], answer: dict[str, str], *, redirect_uri: str, context: Context) -> Connected:
        code = _oauth.code_of(answer)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "continuous_refresh": "true",  # applications of before September 2025 must ask for it
        }
        wire = Wire(context.http(), (context.app["client_secret"], code))
        tokens = _oauth.first(wire, f"{self._base()}/oauth/token", NAME, form=form, auth=_keys(context.app))
        _oauth.need(tokens, set(self.scopes), NAME)
        return self._connected(context, tokens.secret(), tokens)

    def from_token(self, fields: dict[str, str], *, context: Context) -> Connected:
        """`token`, and `refresh` where there is one."""
        token = _wire.typed(fields.get("token", ""))
        if not token:
            raise FieldProblem("token", _("The token is missing."))
        return self._connected(context, {"token": token, "refresh": _wire.typed(fields.get("refresh", ""))}, None)

    def _connected(self, context: Context, secret: dict[str, Any], tokens: _oauth.Tokens | None) -> Connected:
        visit = _Visit(context, secret)
        try:
            account = self._account(Line(visit, self._base()), str(context.app.get("tier") or ""))
        except NeedsReconnect as error:
            raise FieldProblem("token" if tokens is None else "", error.reason) from None
        ends = (tokens.expires_at, tokens.ends_at) if tokens else (None, None)
        return Connected(account, secret, *ends)

    def probe(self, session: Session) -> Account:
        """Also reads the boards again."""
        return self._account(self._of(session), str(session.app.get("tier") or ""))

    def _account(self, line: Line, tier: str) -> Account:
        me = line.get("/user_account")
        name = me.text("username")
        if not name:
            raise unreadable(me)
        picture = me.text("profile_image")
        return Account(
            remote_id=str(me.fields.get("id") or name),
            name=me.text("business_name") or name,
            handle=f"@{name}",
            url=f"https://www.pinterest.com/{name}/",
            avatar_url=picture if picture.startswith("https://") else "",
            facts={"boards": _boards(line), "tier": tier or "trial", "kind": me.text("account_type")},
        )

    def renew(self, session: Session, secret: dict[str, Any]) -> Connected:
        """Every renewal brings the next refresh token, good for 60 days more."""
        if not secret.get("refresh"):
            raise NeedsReconnect(_("Pinterest no longer accepts our key, and there is nothing to renew it with."))
        form = {"grant_type": "refresh_token", "refresh_token": secret["refresh"]}
        app = session.app
        wire = Wire(session.http(), (secret["token"], secret["refresh"], app["client_secret"]))
        tokens = _oauth.renewed(wire, f"{self._base()}/oauth/token", NAME, form=form, auth=_keys(app))
        new = {**tokens.secret(), "refresh": tokens.refresh or secret["refresh"]}
        account = Account(session.remote_id, "", session.handle, session.url, facts=session.facts)
        return Connected(account, new, tokens.expires_at, tokens.ends_at)

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        """Looks at the words once, and remembers which pins were there before ours."""
        words, place = pins.words_of(content), pins.place_of(content)
        seen = [pins.identity(pin) for pin in pins.newest(self._of(session), *place)]
        return Prepared(key, {"words": words, "seen": seen, "film": {}})

    def ready(self, session: Session, content: Content, index: int, prepared: Prepared) -> Prepared:
        films = content.parts[index].kind("video")
        if not films:
            return prepared
        host = self.host("upload") if f"{self.key}_upload".upper() in settings.PLATFORM_HOSTS else ""
        film = pins.further(self._of(session), films[0], prepared.data["film"], host)
        return replace(prepared, data={**prepared.data, "film": film})

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        body = pins.body_of(session, content, prepared.data)
        answer = self._of(session).call("POST", "/pins", creating=True, json=body)
        raise_for(answer, creating=True)
        return pins.receipt(answer, alt_of(content, index, self.capabilities))

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        there = pins.newest(self._of(session), *pins.place_of(content))
        sent, seen = prepared.data["words"], prepared.data["seen"]
        new = pins.fresh(there, seen, since)
        for pin in new:
            if pins.same(pin, sent) and pins.identity(pin):
                number, alt = pins.identity(pin), alt_of(content, index, self.capabilities)
                return Found.present(Receipt(number, pins.address(number), alt))
        settled = timezone.now() - since >= _SETTLED
        if settled and pins.reaches_back(there, seen, since) and not any(pins.resembles(pin, sent) for pin in new):
            return Found.absent()
        return Found("unknown", look_at=session.url)

    def recognise(self, session: Session, url: str) -> Receipt:
        match = _PIN.fullmatch(url.strip())
        if match:
            answer = self._of(session).call("GET", f"/pins/{match['id']}")
            if answer.ok and pins.identity(answer.fields) == match["id"] and answer.fields.get("is_owner") is not False:
                return Receipt(match["id"], pins.address(match["id"]))
            if answer.status not in (400, 403, 404):
                raise_for(answer)
        raise Rejected(_("There is no pin of this account at this address."), field="url")

    def delete(self, session: Session, receipt: Receipt) -> None:
        answer = self._of(session).call("DELETE", f"/pins/{receipt.remote_id}")
        if not _is_gone(answer):
            raise_for(answer)

    # --- figures ----------------------------------------------------------
    def metrics(self, session: Session, receipts: Sequence[Receipt]) -> dict[str, Figures]:
        line = self._of(session)
        return {receipt.remote_id: _figures(line, receipt.remote_id) for receipt in receipts}

    def audience(self, session: Session) -> Figures:
        me = self._of(session).get("/user_account").fields
        return Figures(_counted(me, _ACCOUNT))


# --- connecting, in small steps -------------------------------------------
class _Visit(Session):
    """A session on tokens that came a moment ago."""

    platform = "pinterest"

    def __init__(self, context: Context, secret: dict[str, Any]) -> None:
        self._context, self._secret = context, {**secret, "refresh": ""}  # what is new is not renewed

    @property
    def secret(self) -> dict[str, Any]:
        return self._secret

    def http(self, **limits: float) -> Any:
        return self._context.http()


def _keys(app: dict[str, str]) -> HTTPBasicAuth:
    return HTTPBasicAuth(app["client_id"], app["client_secret"])


def _boards(line: Line) -> list[list[str]]:
    """[["12", "Books"], ["12/34", "Books: For children"]…]: boards the public sees, and sections of the first ones."""
    found: list[list[str]] = []
    for number, board in enumerate(line.listed("/boards", most=_BOARD_PAGES, page=250)):
        key, name = pins.identity(board), board.get("name")
        if not key or not isinstance(name, str) or board.get("privacy") == "SECRET":
            continue
        found.append([key, name[:100]])
        if number < _SECTIONED:
            found += _sections(line, key, name)
    return found


def _sections(line: Line, board: str, name: str) -> list[list[str]]:
    """Nice to have: a board whose sections cannot be read is offered all the same."""
    try:
        listed = line.listed(f"/boards/{board}/sections", most=1, page=100)
    except (Temporary, Rejected, NeedsReconnect):
        return []
    known = [one for one in listed if pins.identity(one) and isinstance(one.get("name"), str)]
    return [[f"{board}/{one['id']}", f"{name}: {one['name']}"[:200]] for one in known]


# --- figures, in small steps ----------------------------------------------
def _is_gone(answer: Answer) -> bool:
    return answer.status in (404, 410) and bool(answer.fields)


def _figures(line: Line, number: str) -> Figures:
    """Those of its whole life, and what is only told by the day while the pin is young enough for it to be whole."""
    answer = line.call("GET", f"/pins/{number}", params={"pin_metrics": "true"})
    if _is_gone(answer):
        return Figures({}, gone=True)
    raise_for(answer)
    if pins.identity(answer.fields) != number:
        raise unreadable(answer)
    told = answer.fields.get("pin_metrics")
    whole = told.get("lifetime_metrics") if isinstance(told, dict) else None
    values = _counted(whole if isinstance(whole, dict) else {}, _LIFETIME)
    made = _wire.moment_of(answer.fields.get("created_at"))
    if made and timezone.now() - made < _WINDOW:
        values = {**_of_days(line, number, made, _is_film(answer)), **values}
    return Figures(values)


def _is_film(answer: Answer) -> bool:
    media = answer.fields.get("media")
    return isinstance(media, dict) and media.get("media_type") == "video"


def _of_days(line: Line, number: str, made: datetime, film: bool) -> dict[str, int]:
    """The sums since it was made; nothing for an account that is not shown them (no business account)."""
    names = [name for name in _OF_DAYS if film or not name.startswith("VIDEO_")]
    days = {"start_date": f"{made:%Y-%m-%d}", "end_date": f"{timezone.now():%Y-%m-%d}"}
    answer = line.call("GET", f"/pins/{number}/analytics", params={**days, "metric_types": ",".join(names)})
    if answer.status in (400, 403, 404):
        return {}
    raise_for(answer)
    whole = answer.fields.get("all")
    blocks = [whole.get(name) for name in ("summary_metrics", "lifetime_metrics")] if isinstance(whole, dict) else []
    values: dict[str, int] = {}
    for block in blocks:
        values |= _counted(block, _OF_DAYS) if isinstance(block, dict) else {}
    return values


def _counted(told: dict[str, Any], names: dict[str, str]) -> dict[str, int]:
    counts = {ours: _wire.number_of(told.get(theirs)) for theirs, ours in names.items() if theirs in told}
    return {name: value for name, value in counts.items() if value is not None}
