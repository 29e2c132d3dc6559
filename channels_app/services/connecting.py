"""Connecting an account: from what a person typed, by way of the platform, to a channel that was tried.

The platform is asked with no transaction open. A browser sign-in is bound to the
person and the unit by a secret word in the address (`state`), kept as a hash,
good for one use and fifteen minutes; what the adapter must remember meanwhile
(the PKCE verifier, the server) is kept encrypted. Each server of a platform gets
an address of its own to answer to, so that a hostile server cannot have the
answer of an honest one redeemed in its name.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app import appkeys, errors, platforms
from channels_app.connect import Context, FieldProblem
from channels_app.models import Channel, ConnectAttempt
from channels_app.platforms.base import Account, Adapter, Choice, Connected, Redirect
from channels_app.services.keeping import Arrival, keep
from channels_app.sessions import TrialSession
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.core import http
from libsocial.core.crypto import CannotDecrypt

GOOD_FOR = timedelta(minutes=15)


def connect_begin(
    *, by: User, unit: Unit, platform: str, fields: dict[str, str], channel: Channel | None = None
) -> Channel | Redirect:
    """The connected channel, or where to send the person. `channel`: it is this one that is reconnected.

    Raises NotAllowed; KeyError for an unknown platform; FieldProblem with a sentence for the person,
    after which nothing has changed.
    """
    policies.require(by, "channel.manage", channel.unit if channel else unit)
    adapter = platforms.get(platform)
    if channel is not None and (channel.platform, channel.unit_id) != (platform, unit.pk):
        raise FieldProblem("", _("This channel belongs to another platform or unit."))
    state, redirect_uri = secrets.token_urlsafe(32), redirect_uri_for(adapter, fields)
    context = _context(adapter, channel)
    try:
        begun = adapter.begin(fields, redirect_uri=redirect_uri, state=state, context=context)
    except (http.OutsideError, errors.PlatformError) as error:
        raise FieldProblem(_server_field(adapter), _said(error)) from error
    if isinstance(begun, Connected):
        return _arrive(adapter, Arrival(by=by, unit=unit, channel=channel, connected=begun))
    _remember(by, unit, channel, platform, state, {"keep": begun.keep, "redirect_uri": redirect_uri})
    return _web_address(begun)


@dataclass(frozen=True)
class Chooser:
    """A sign-in that opened several accounts: `state` names it when the person comes back with their choice."""

    state: str
    platform: str
    accounts: tuple[Account, ...]


def connect_finish(*, by: User, state: str, answer: dict[str, str], arrived_at: str) -> Channel | Chooser:
    """The channel at the end of a browser sign-in, or the accounts to choose from. `arrived_at`: the address the
    answer came to.

    Raises FieldProblem with a sentence; the attempt is used up then and a new one must be begun.
    """
    attempt, kept = _take_attempt(by, state)
    if kept.get("redirect_uri") != arrived_at:
        raise FieldProblem("", _("The answer came from another server than the one you chose. Nothing was connected."))
    policies.require(by, "channel.manage", attempt.unit)
    if answer.get("error"):
        raise FieldProblem("", _refusal(answer["error"]))
    adapter = platforms.get(attempt.platform)
    context = _context(adapter, attempt.channel)
    try:
        connected = adapter.finish(kept["keep"], answer, redirect_uri=arrived_at, context=context)
    except (http.OutsideError, errors.PlatformError) as error:
        raise FieldProblem("", _said(error)) from error
    return _one_of(adapter, by, attempt.unit, attempt.channel, connected)


def connect_choose(*, by: User, state: str, picked: str) -> Channel:
    """The channel of the account a person chose (by its remote id) after a sign-in that opened several.

    Raises FieldProblem with a sentence; the choice may be made once, within fifteen minutes.
    """
    attempt, kept = _take_attempt(by, state)
    policies.require(by, "channel.manage", attempt.unit)
    accounts = [Connected.from_json(one) for one in kept.get("accounts", ())]
    chosen = next((one for one in accounts if one.account.remote_id == picked), None)
    if chosen is None:
        raise FieldProblem("", _("No account was chosen. Begin again on the connect page."))
    adapter = platforms.get(attempt.platform)
    return _arrive(adapter, Arrival(by=by, unit=attempt.unit, channel=attempt.channel, connected=chosen))


def connect_with_token(
    *, by: User, unit: Unit, platform: str, fields: dict[str, str], channel: Channel | None = None, picked: str = ""
) -> Channel:
    """Connects from a token made elsewhere, without a browser. `picked`: which account, where it opens several.

    Raises as connect_begin; FieldProblem names the accounts where one must be picked.
    """
    policies.require(by, "channel.manage", unit)
    adapter = platforms.get(platform)
    try:
        connected = _from_token(adapter, fields, _context(adapter, channel))
    except (http.OutsideError, errors.PlatformError) as error:
        raise FieldProblem("", _said(error)) from error
    accounts = connected.accounts if isinstance(connected, Choice) else (connected,)
    fitting = [one for one in accounts if not picked or one.account.remote_id == picked]
    if len(fitting) != 1:
        names = ", ".join(f"{one.account.remote_id} ({one.account.name})" for one in accounts)
        raise FieldProblem("account", _("Say which account: %s") % names)
    return _arrive(adapter, Arrival(by=by, unit=unit, channel=channel, connected=fitting[0]))


def _from_token(adapter: Adapter, fields: dict[str, str], context: Context) -> Connected | Choice:
    """By `from_token` where the platform has it, else by the fields of its form."""
    if type(adapter).from_token is not Adapter.from_token:
        return adapter.from_token(fields, context=context)
    begun = adapter.begin(fields, redirect_uri=redirect_uri_for(adapter, fields), state="", context=context)
    if isinstance(begun, Redirect):
        raise FieldProblem("", _("%s can only be connected by signing in with a browser.") % adapter.name)
    return begun


def _one_of(
    adapter: Adapter, by: User, unit: Unit, channel: Channel | None, connected: Connected | Choice
) -> Channel | Chooser:
    """The one account, the one being reconnected, or a question. Nothing is kept of the others after a choice."""
    accounts = connected.accounts if isinstance(connected, Choice) else (connected,)
    if not accounts:
        raise FieldProblem("", _("This sign-in opens no account that could be connected. See the steps on the page."))
    if channel is not None and len(accounts) > 1:
        accounts = tuple(one for one in accounts if one.account.remote_id == channel.remote_id) or accounts[:1]
    if len(accounts) == 1:
        return _arrive(adapter, Arrival(by=by, unit=unit, channel=channel, connected=accounts[0]))
    state = secrets.token_urlsafe(32)
    _remember(by, unit, channel, adapter.key, state, {"accounts": [one.to_json() for one in accounts]})
    return Chooser(state, adapter.key, tuple(one.account for one in accounts))


def _context(adapter: Adapter, channel: Channel | None) -> Context:
    """Raises FieldProblem while our application's keys at the platform have not been entered."""
    if appkeys.missing(adapter):
        raise FieldProblem("", _("The keys of your application at %s have not been entered yet.") % adapter.name)
    return Context(adapter.key, channel.remote_id if channel else "", appkeys.of(adapter))


# --- addresses ----------------------------------------------------------------
def redirect_uri_for(adapter: Adapter, fields: dict[str, str]) -> str:
    """Where the platform sends the person back to: the same for the same server, another for every other."""
    host = host_of(fields.get(_server_field(adapter), ""))
    place = hashlib.sha256(host.encode()).hexdigest()[:16] if host else "home"
    return settings.BASE_URL + reverse("channels:callback", args=[adapter.key, place])


def host_of(typed: str) -> str:
    """The host in 'https://Lib.example/@me', '@me@lib.example' or 'lib.example'."""
    text = typed.strip().lower()
    host = text.split("://", 1)[-1].split("/", 1)[0]
    return host.rpartition("@")[2]


def _server_field(adapter: Adapter) -> str:
    """The field that names a server, '' where the platform has one home."""
    named = [field.name for field in adapter.connect_fields if field.kind == "url" or field.name in _SERVER_NAMES]
    return named[0] if named else ""


_SERVER_NAMES = frozenset({"server", "instance", "host"})


def _web_address(begun: Redirect) -> Redirect:
    if urlsplit(begun.url).scheme not in ("https", "http"):
        raise FieldProblem("", _("The platform named a sign-in page that is not a web address."))
    return begun


# --- the attempt --------------------------------------------------------------
def _hashed(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _remember(by: User, unit: Unit, channel: Channel | None, platform: str, state: str, kept: dict[str, Any]) -> None:
    ConnectAttempt.objects.create(
        state_hash=_hashed(state),
        user=by,
        unit=unit,
        channel=channel,
        platform=platform,
        keep=kept,
        expires_at=timezone.now() + GOOD_FOR,
    )


def _take_attempt(by: User, state: str) -> tuple[ConnectAttempt, dict[str, Any]]:
    """The attempt with this word, once. Another person's is as unknown as one that never was."""
    mine = ConnectAttempt.objects.filter(state_hash=_hashed(state), user=by)
    if not mine.exists():
        raise FieldProblem("", _("This sign-in was not begun here by you. Begin again on the connect page."))
    now = timezone.now()
    if mine.filter(used_at=None, expires_at__gt=now).update(used_at=now) != 1:
        raise FieldProblem(
            "", _("This sign-in was used already or took longer than fifteen minutes. Begin again on the connect page.")
        )
    try:
        attempt = mine.select_related("unit", "channel__unit").get()
    except CannotDecrypt as error:
        raise FieldProblem("", _("The encryption keys were changed during the sign-in. Begin again.")) from error
    return attempt, attempt.keep


def _refusal(code: str) -> str:
    if code == "access_denied":
        return _("You chose not to let LibSocial in. Nothing was connected.")
    return _("The platform did not complete the sign-in. Nothing was connected; you can begin again.")


def _said(error: Exception) -> str:
    return getattr(error, "reason", "") or str(error) or _("The platform did not answer as expected. Try again later.")


# --- arriving -----------------------------------------------------------------
def _arrive(adapter: Adapter, arrival: Arrival) -> Channel:
    """Tries the new secret with a live call, and only then keeps anything."""
    account = _tried(adapter, arrival.connected)
    known = arrival.channel
    if known and (account.remote_id, account.server) != (known.remote_id, known.server):
        raise FieldProblem(
            "",
            _(
                "You signed in as %(other)s, but this channel is %(known)s. Sign in there as %(known)s, "
                "or connect %(other)s as a channel of its own. Nothing was changed."
            )
            % {"other": account.handle or account.name, "known": known.handle or known.name},
        )
    return keep(adapter, arrival, account)


def _tried(adapter: Adapter, connected: Connected) -> Account:
    if "probe" not in adapter.capabilities.features:
        return connected.account
    try:
        return adapter.probe(TrialSession(adapter.key, connected))
    except (http.OutsideError, errors.PlatformError) as error:
        raise FieldProblem("", _said(error)) from error
