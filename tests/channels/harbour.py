"""Harbour: a made-up network whose refresh tokens may be spent once, and which counts.

It stands for the far side; the adapter beside it is as thin as a real one.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, ClassVar

from django.utils import timezone

from channels_app.capabilities import AltText, Capabilities, MediaRules, TextLimit, TextUnit
from channels_app.connect import FieldProblem
from channels_app.errors import NeedsReconnect, Temporary
from channels_app.platforms.base import Account, Adapter, Choice, Connected, ConnectField, Redirect, Session


@dataclass
class Network:
    """The server: one account, one valid refresh token, a ledger of what was asked."""

    account: str = "anchor"
    name: str = "Harbour Library"
    good: str = "refresh-0"
    spent: list[str] = field(default_factory=list)
    theft_alarm: bool = False
    down: bool = False
    slow: float = 0.0
    probes: int = 0
    limit: int = 300
    picture: str = ""
    lock: Any = field(default_factory=threading.Lock)

    def renew(self, token: str) -> dict[str, str]:
        if self.down:
            raise Temporary("Harbour is down")
        with self.lock:
            self.spent.append(token)
            if token != self.good:
                self.theft_alarm = True
                raise NeedsReconnect("this refresh token was used before")
            self.good = f"refresh-{len(self.spent)}"
            fresh = self.good
        time.sleep(self.slow)
        return {"access": f"access-{len(self.spent)}", "refresh": fresh}


class Harbour(Adapter):
    key = "harbour"
    name = "Harbour"
    connect_kind: ClassVar[str] = "redirect"
    connect_fields = (
        ConnectField("server", "Server", "url"),
        ConnectField("password", "Password", "password", optional=True),
    )
    capabilities = Capabilities(text=TextLimit(300, TextUnit.CODEPOINTS), media=MediaRules(), alt_text=AltText(False))

    def __init__(self) -> None:
        self.network = Network()
        self.asked: dict[str, str] = {}
        self.opens: list[str] | None = None  # the accounts one sign-in opens, where there are several

    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Any) -> Redirect | Connected:
        if not fields["server"].strip():
            raise FieldProblem("server", "Which server?")
        if fields.get("password") == "wrong":
            raise FieldProblem("password", "Harbour does not know this password.")
        self.asked = {"redirect_uri": redirect_uri, "state": state}
        if fields.get("password"):
            return self._connected(fields["server"])
        return Redirect(
            f"https://{fields['server']}/authorize?state={state}", {"server": fields["server"], "pkce": "v"}
        )

    def finish(
        self, keep: dict[str, Any], answer: dict[str, str], *, redirect_uri: str, context: Any
    ) -> Connected | Choice:
        if answer.get("code") != "good" or redirect_uri != self.asked["redirect_uri"] or keep["pkce"] != "v":
            raise FieldProblem("", "Harbour did not accept the answer.")
        if self.opens is None:
            return self._connected(keep["server"])
        return Choice(tuple(self._other(keep["server"], name) for name in self.opens))

    def _other(self, server: str, name: str) -> Connected:
        account = replace(self._account(server), remote_id=name, name=f"{name.capitalize()} Branch", handle=f"@{name}")
        return Connected(account, {"access": f"access-{name}", "refresh": self.network.good, "as": name})

    def from_token(self, fields: dict[str, str], *, context: Any) -> Connected | Choice:
        if fields.get("token") != "good":
            raise FieldProblem("token", "Harbour does not know this token.")
        if self.opens is None:
            return self._connected("harbour.example")
        return Choice(tuple(self._other("harbour.example", name) for name in self.opens))

    def _connected(self, server: str) -> Connected:
        return Connected(
            self._account(server),
            {"access": "access-0", "refresh": self.network.good},
            timezone.now() + timedelta(hours=2),
        )

    def _account(self, server: str) -> Account:
        net = self.network
        return Account(
            net.account,
            net.name,
            f"@{net.account}",
            f"https://{server}/@{net.account}",
            net.picture,
            f"https://{server}",
            {"text_limit": net.limit},
        )

    def probe(self, session: Session) -> Account:
        self.network.probes += 1
        if self.network.down:
            raise Temporary("Harbour is down")
        if session.secret["refresh"] != self.network.good:
            raise NeedsReconnect("Harbour no longer knows our token.")
        account = self._account("harbour.example")
        return (
            replace(account, remote_id=session.secret["as"], name=session.remote_id)
            if "as" in session.secret
            else account
        )

    def renew(self, session: Session, secret: dict[str, Any]) -> Connected:
        fresh = self.network.renew(secret["refresh"])
        return Connected(self._account("harbour.example"), fresh, timezone.now() + timedelta(hours=2))

    def capabilities_for(self, facts: dict[str, Any]) -> Capabilities:
        limit = int(facts.get("text_limit", 300))
        return self.capabilities.with_facts(text=TextLimit(limit, TextUnit.CODEPOINTS))
