"""The interface every platform implements, and how to think about a new one.

An adapter is one stateless object per platform. It gets a `Session` (the
channel's credential, its facts, the HTTP door, the media storage) and the
frozen `Content`, and translates. It decides nothing: when, whether again and
how often belong to the scheduler; it reads status *and* body of an answer once
and raises one of channels_app.errors, which carries the decision.

The work of publishing is split in two, because only one of the halves is
dangerous. `prepare` does everything that may be repeated (uploads, containers,
looking up names); its result is stored, so a retry does not upload again.
`publish_part` is the one request that makes something public. The engine
commits a mark between the two. Anything `publish_part` cannot prove either way
must be raised as Unclear; then `find` is asked until it can prove presence or
absence, and a person where it cannot.

Where a platform works in stages (a container for every picture, then one around
them), `ready` takes what `prepare` began one step further; each step is stored.

Read practice.py first: it is the smallest whole adapter. bluesky.py is the
model for platforms with keys of our choosing, mastodon.py for idempotency
headers, instance limits and browser sign-in. docs/adding-a-platform.md reasons
through a new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, BinaryIO, ClassVar

from django.conf import settings
from django.utils.functional import Promise

from channels_app.capabilities import Capabilities
from channels_app.content import Captions, Content, Media
from channels_app.errors import Unsupported


@dataclass(frozen=True)
class Account:
    """The account as the platform shows it: what a person recognises when connecting."""

    remote_id: str
    name: str
    handle: str
    url: str
    avatar_url: str = ""
    server: str = ""
    facts: dict[str, Any] = field(default_factory=dict)  # this server's limits, see Adapter.capabilities_for


@dataclass(frozen=True)
class Connected:
    """The end of a connect flow: who, with which secret, valid until when (None: does not expire).

    `expires_at` is when the secret in use ends, if nothing renews it; `ends_at` when renewing ends too and a person
    must sign in again (None: never, or not known).
    """

    account: Account
    secret: dict[str, Any]
    expires_at: datetime | None = None
    ends_at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        moments = {name: value.isoformat() if value else None for name, value in self._moments().items()}
        return {"account": asdict(self.account), "secret": self.secret, **moments}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Connected:
        moments = {name: datetime.fromisoformat(data[name]) if data[name] else None for name in _MOMENTS}
        return cls(Account(**data["account"]), data["secret"], **moments)

    def _moments(self) -> dict[str, datetime | None]:
        return {name: getattr(self, name) for name in _MOMENTS}


_MOMENTS = ("expires_at", "ends_at")


@dataclass(frozen=True)
class Choice:
    """A sign-in that opened several accounts (the Pages of one person): a person chooses which to connect."""

    accounts: tuple[Connected, ...]


@dataclass(frozen=True)
class Redirect:
    """A browser sign-in begins: where to send the person, and what to keep (encrypted) until they are back."""

    url: str
    keep: dict[str, Any]


@dataclass(frozen=True)
class ConnectField:
    """One thing to ask before connecting. kind: text, url, password or choice (then `choices`)."""

    name: str
    label: str
    kind: str = "text"
    help: str = ""
    placeholder: str = ""
    optional: bool = False  # may stay empty
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Step:
    """One step of the guide beside a connect page, in words an ordinary person can follow.

    `link` is the page of the platform where it is done. `copy` are (label, value) pairs shown with a copy button;
    in a value {redirect_uri}, {base_url}, {host} and {scopes} stand for this installation's own.
    """

    text: str | Promise
    link: str = ""
    copy: tuple[tuple[str | Promise, str], ...] = ()


@dataclass(frozen=True)
class Guide:
    """What a person does at the platform before they can connect, and what holds until it is done."""

    steps: tuple[Step, ...] = ()
    approval: str | Promise = ""  # which review the platform demands, and how long it takes
    until_then: str | Promise = ""  # what works before that, and what does not


@dataclass(frozen=True)
class Prepared:
    """What `prepare` made for one part, stored as JSON on the delivery part. `key` is ours, chosen once, kept for ever.

    `key` identifies this part on the far side (record key, idempotency key);
    `data` whatever publish_part needs (upload ids, fixed times, own newest id for find).
    """

    key: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Receipt:
    """The proof: identity and address of the created post.

    `alt`: 'delivered' (in the platform's field), 'in the text' (no field; the words stand in the caption), 'not
    deliverable' or 'none' (there was nothing to describe); see `alt_of`.
    """

    remote_id: str
    url: str
    alt: str = "none"
    data: dict[str, Any] = field(default_factory=dict)  # cid and the like, for the next part of a thread
    processing: bool = False  # accepted, but public only later: the engine calls `follow`


@dataclass(frozen=True)
class Found:
    """What `find` can prove: present (with receipt), absent, or nothing."""

    state: str  # 'present', 'absent', 'unknown'
    receipt: Receipt | None = None
    look_at: str = ""  # where a person can look when nothing can be proven

    @classmethod
    def absent(cls) -> Found:
        return cls("absent")

    @classmethod
    def present(cls, receipt: Receipt) -> Found:
        return cls("present", receipt)


def alt_of(content: Content, index: int, capabilities: Capabilities) -> str:
    """What became of the descriptions of a part, for its receipt: see Receipt."""
    part = content.parts[index]
    described = [media for media in part.media if media.alt]
    if not described:
        return "none"
    fields = capabilities.alt_text
    if all((fields.field and media.kind == "image") or (fields.video and media.kind == "video") for media in described):
        return "delivered"
    return "in the text" if all(media.alt in part.text for media in described) else "not deliverable"


@dataclass(frozen=True)
class Figures:
    """Figures of one post or account by metric name; a missing name means "not available". gone: deleted there."""

    values: dict[str, int]
    gone: bool = False


def host_of(platform: str, name: str, usual: str) -> str:
    """The address of a host of a platform: LIBSOCIAL_HOST_<PLATFORM>_<NAME> where set, else the usual one."""
    return str(settings.PLATFORM_HOSTS.get(f"{platform}_{name}".upper(), usual)).rstrip("/")


class Session:
    """What an adapter may use of one channel. Made by channels_app.sessions.open_session(channel)."""

    platform: str
    server: str
    remote_id: str
    handle: str
    url: str  # the account's page, as its platform says
    facts: dict[str, Any]

    @property
    def secret(self) -> dict[str, Any]:
        """The credential, decrypted."""
        raise Unsupported

    def refresh(self) -> dict[str, Any]:
        """Renews the credential under the row lock (one worker spends the refresh token) and returns the new secret."""
        raise Unsupported

    def http(self, **limits: float) -> Any:
        """A requests session behind libsocial.core.http, for this channel's hosts. `total`: seconds of one exchange
        (60), more for a film; `max_bytes` of an answer."""
        raise Unsupported

    @property
    def app(self) -> dict[str, str]:
        """The keys of our application at this platform (Adapter.app_fields); raises NeedsReconnect without them."""
        raise Unsupported

    def read(self, media: Media | Captions) -> bytes:
        """The bytes, whose SHA-256 was compared with the approved one; raises Rejected when they differ.

        For what fits into memory; a film is read in pieces with `open`.
        """
        raise Unsupported

    def open(self, media: Media | Captions) -> BinaryIO:
        """The same as a file to read in pieces, compared before the first byte is handed out. Close it."""
        raise Unsupported

    def public_url(self, media: Media) -> str:
        """An address on our own server, signed and good for a day, where the platform can fetch these bytes.

        Raises Rejected where this installation cannot be reached from outside.
        """
        raise Unsupported


class Adapter:
    """One platform. Methods a platform does not have raise Unsupported; `capabilities.features` says which it has."""

    key: ClassVar[str]
    name: ClassVar[str]
    colour: ClassVar[str] = "#555555"  # the mark beside the name; white letters on it must be readable
    mark: ClassVar[str] = ""  # one or two letters on that colour; '' : the first of the name. Never a logo
    needs: ClassVar[str | Promise] = ""  # what a person must have at hand before connecting, in one sentence
    capabilities: ClassVar[Capabilities]
    connect_kind: ClassVar[str] = "form"  # 'form': fields are enough; 'redirect': sign-in at the platform
    connect_fields: ClassVar[tuple[ConnectField, ...]] = ()
    by_hand: ClassVar[str | Promise] = ""  # what a person does at the platform to end our access themselves
    revoke_ends_all: ClassVar[bool] = True  # False: `revoke` leaves something for a person to end by hand
    # Our application's keys at the platform, entered once by an administrator (or LIBSOCIAL_APP_<KEY>_<FIELD>).
    app_fields: ClassVar[tuple[ConnectField, ...]] = ()
    app_key: ClassVar[str] = ""  # shares the keys of this platform; '': its own
    scopes: ClassVar[tuple[str, ...]] = ()
    guide: ClassVar[Guide] = Guide()
    token_fields: ClassVar[tuple[str, ...]] = ("token",)  # what a file for `manage.py channel add` holds
    # Every host we speak to, by name; each can be set with LIBSOCIAL_HOST_<KEY>_<NAME> (see `host`).
    hosts: ClassVar[dict[str, str]] = {}
    refresh_ahead: ClassVar[timedelta] = timedelta()  # renewed so long before its end, used or not; 0: when needed

    def host(self, name: str) -> str:
        """`https://host[/path]` without a slash at the end: ours to set (a proxy, a region, a test network)."""
        return host_of(self.key, name, self.hosts[name])

    def lacks(self, app: dict[str, str]) -> list[str]:
        """The names of the keys of our application without which nobody can connect; `app` are those there are."""
        return [field.name for field in self.app_fields if not field.optional and not app.get(field.name)]

    @property
    def version(self) -> str:
        """The name of the interface's version we speak: what is configured, else Capabilities.version."""
        declared = self.capabilities.version
        return str(settings.PLATFORM_VERSIONS.get(self.key.upper(), declared.name if declared else ""))

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Any) -> Redirect | Connected:
        """Starts connecting from what the person typed. Raises channels_app.connect.FieldProblem(field, sentence)."""
        raise Unsupported

    def finish(
        self, keep: dict[str, Any], answer: dict[str, str], *, redirect_uri: str, context: Any
    ) -> Connected | Choice:
        """Ends a browser sign-in with the query the platform sent back."""
        raise Unsupported

    def from_token(self, fields: dict[str, str], *, context: Any) -> Connected | Choice:
        """Connects from a token somebody made elsewhere (`manage.py channel add`): `fields` are those of the file.
        Raises FieldProblem. Adapters whose form fields are enough use `begin`."""
        raise Unsupported

    def probe(self, session: Session) -> Account:
        """A cheap live call that proves the credential; raises NeedsReconnect, Temporary."""
        raise Unsupported

    def renew(self, session: Session, secret: dict[str, Any]) -> Connected:
        """One refresh call with this secret. Called only under the credential's lock."""
        raise Unsupported

    def revoke(self, session: Session) -> None:
        """Ends our key at the platform; success when it was dead already. Our own copy is erased by then, so nothing
        can be refreshed; whatever is raised is told and holds nothing up."""
        raise Unsupported

    def capabilities_for(self, facts: dict[str, Any]) -> Capabilities:
        """The capabilities with this account's own limits (facts read from its server)."""
        return self.capabilities

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        """Everything repeatable for part `index`. `key` is unique for this part and stays the same for every attempt;
        `at` is the moment fixed at the first attempt."""
        raise Unsupported

    def after(self, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]) -> Prepared:
        """What `prepare` made, told of the earlier parts: where a container must name what it answers, or `find` must
        know under which post to look. Asked once, right after `prepare`; no request is made."""
        return prepared

    def ready(self, session: Session, content: Content, index: int, prepared: Prepared) -> Prepared:
        """One repeatable step further with what was prepared; asked again, its result stored each time, until it
        returns what it got. Raises Temporary(until=…) while the platform is at work (a film being converted)."""
        return prepared

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        """The one creating request. `before` are the receipts of the earlier parts of the thread."""
        raise Unsupported

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        """Did this part arrive? `since` is when the creating request began."""
        raise Unsupported

    def recognise(self, session: Session, url: str) -> Receipt:
        """The receipt of the post of this account at the address a person pasted; raises Rejected when it is none."""
        raise Unsupported

    def follow(self, session: Session, receipt: Receipt) -> Receipt:
        """Looks whether a processing post is public yet; returns a receipt with processing False then."""
        raise Unsupported

    def delete(self, session: Session, receipt: Receipt) -> None:
        """Removes a published part; success when it is already gone."""
        raise Unsupported

    # --- figures ----------------------------------------------------------
    def metrics(self, session: Session, receipts: Sequence[Receipt]) -> dict[str, Figures]:
        """Figures by remote id, in one call per batch where the platform has it."""
        raise Unsupported

    def audience(self, session: Session) -> Figures:
        """Figures of the account."""
        raise Unsupported
