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

Read practice.py first: it is the smallest whole adapter. bluesky.py is the
model for platforms with keys of our choosing, mastodon.py for idempotency
headers, instance limits and browser sign-in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.utils.functional import Promise

from channels_app.capabilities import Capabilities
from channels_app.content import Content, Media
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
    """The end of a connect flow: who, with which secret, valid until when (None: does not expire)."""

    account: Account
    secret: dict[str, Any]
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Redirect:
    """A browser sign-in begins: where to send the person, and what to keep (encrypted) until they are back."""

    url: str
    keep: dict[str, Any]


@dataclass(frozen=True)
class ConnectField:
    """One thing to ask before connecting. kind: text, url or password."""

    name: str
    label: str
    kind: str = "text"
    help: str = ""
    placeholder: str = ""
    optional: bool = False  # may stay empty


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
    """The proof: identity and address of the created post. `alt`: 'delivered', 'none' or 'not deliverable'."""

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


@dataclass(frozen=True)
class Figures:
    """Figures of one post or account by metric name; a missing name means "not available". gone: deleted there."""

    values: dict[str, int]
    gone: bool = False


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

    def http(self) -> Any:
        """A requests session behind libsocial.core.http, for this channel's hosts."""
        raise Unsupported

    def read(self, media: Media) -> bytes:
        """The bytes, whose SHA-256 was compared with the approved one; raises Rejected when they differ."""
        raise Unsupported


class Adapter:
    """One platform. Methods a platform does not have raise Unsupported; `capabilities.features` says which it has."""

    key: ClassVar[str]
    name: ClassVar[str]
    colour: ClassVar[str] = "#555555"  # the mark beside the name
    needs: ClassVar[str | Promise] = ""  # what a person must have at hand before connecting, in one sentence
    capabilities: ClassVar[Capabilities]
    connect_kind: ClassVar[str] = "form"  # 'form': fields are enough; 'redirect': sign-in at the platform
    connect_fields: ClassVar[tuple[ConnectField, ...]] = ()
    by_hand: ClassVar[str | Promise] = ""  # what a person does at the platform to end our access themselves
    revoke_ends_all: ClassVar[bool] = True  # False: `revoke` leaves something for a person to end by hand

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Any) -> Redirect | Connected:
        """Starts connecting from what the person typed. Raises channels_app.connect.FieldProblem(field, sentence)."""
        raise Unsupported

    def finish(self, keep: dict[str, Any], answer: dict[str, str], *, redirect_uri: str, context: Any) -> Connected:
        """Ends a browser sign-in with the query the platform sent back."""
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
