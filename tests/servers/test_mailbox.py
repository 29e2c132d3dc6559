"""The mailbox takes what it is sent and refuses whom it is told to."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

import pytest

from tests.servers.mailbox import Mailbox


def _send(mailbox: Mailbox, to: str) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Ready for approval – Größe", "libsocial@lib.test", to
    mail.set_content("Please look at the post.")
    mail.add_alternative("<p>Please look at the <b>post</b>.</p>", subtype="html")
    with smtplib.SMTP(mailbox.host, mailbox.port, timeout=10) as server:
        server.send_message(mail)


def test_a_mail_arrives_as_it_was_written(mailbox: Mailbox) -> None:
    _send(mailbox, "anna@lib.test")
    mail = mailbox.wait_for(1, to="anna@lib.test")[0]
    assert mail.subject == "Ready for approval – Größe"
    assert mail.text.strip() == "Please look at the post." and "<b>post</b>" in mail.html


def test_a_refused_address_gets_nothing_and_the_sender_is_told(mailbox: Mailbox) -> None:
    mailbox.refuse("gone@lib.test")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        _send(mailbox, "gone@lib.test")
    mailbox.accept("gone@lib.test")
    _send(mailbox, "gone@lib.test")
    assert len(mailbox.wait_for(1)) == 1
