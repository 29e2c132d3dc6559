"""A mail server that keeps what it is sent, and refuses when told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.infrastructure import PATIENCE
from tests.servers.waiting import wait_for


@dataclass(frozen=True, slots=True)
class Received:
    """One mail as it arrived: the envelope and the parsed message."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["subject"] or "")

    @property
    def text(self) -> str:
        """The plain text a person reads, or "" when there is none."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """The HTML a person sees, or "" when there is none."""
        return self._body("html")

    def _body(self, kind: str) -> str:
        part = self.message.get_body(preferencelist=(kind,))
        return str(part.get_content()) if part is not None else ""


class Mailbox:
    """Everything sent to ``host``:``port``, in the order of arrival."""

    def __init__(self) -> None:
        self.host, self.port = "127.0.0.1", 0
        self.messages: list[Received] = []
        self._refusals: dict[str, str] = {}

    def to(self, address: str) -> list[Received]:
        """The mails one person got."""
        return [mail for mail in self.messages if address in mail.recipients]

    def wait_for(self, count: int = 1, *, to: str | None = None, seconds: float = PATIENCE) -> list[Received]:
        """The mails (to one person), once there are ``count``; TimeoutError when they do not come."""

        def look() -> list[Received] | None:
            found = self.to(to) if to else list(self.messages)
            return found if len(found) >= count else None

        return wait_for(look, what=f"{count} mails to {to or 'anybody'}", seconds=seconds, every=0.02)

    def refuse(self, address: str, answer: str = "550 5.1.1 No such person here") -> None:
        """Turn away mail to ``address`` from now on; "451 ..." asks the sender to try later."""
        self._refusals[address] = answer

    def accept(self, address: str) -> None:
        """Take mail to ``address`` again."""
        self._refusals.pop(address, None)

    # --- called by aiosmtpd --------------------------------------------------------------------

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self._refusals:
            return self._refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), message))
        return "250 OK"


class _AnyPort(Controller):
    """A controller that takes port 0 to mean a free one, and then knows which."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def open_mailbox() -> Iterator[Mailbox]:
    """A mailbox listening on a free loopback port."""
    mailbox = Mailbox()
    controller = _AnyPort(mailbox, hostname=mailbox.host, port=0)
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        controller.stop()
