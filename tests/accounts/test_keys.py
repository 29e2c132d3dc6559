"""A new encryption key: afterwards the old one may go, and everybody still gets in."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from libsocial.notices import mailer
from tests.accounts.test_sign_in import LOGIN, RESET, with_app, with_code
from tests.cast import PASSWORD, Library

pytestmark = [pytest.mark.django_db, pytest.mark.bothdbs]


def rotate_to_a_new_key(settings: Any) -> None:
    """As docs/channels.md says: a new key in front, everything written anew, the old key away."""
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    call_command("rotate_keys", stdout=io.StringIO())
    settings.FIELD_KEYS = [new]


def gets_in(person: Any, code: str) -> bool:
    browser = Client()
    browser.post(LOGIN, {"login": person.email, "password": PASSWORD})
    browser.post(reverse("mfa_authenticate"), {"code": code})
    return browser.get(reverse("accounts:profile")).status_code == 200


def test_the_second_factor_and_its_recovery_codes_work_under_the_new_key(lib: Library, settings: Any) -> None:
    browser, secret = with_app(lib.alice)
    page = browser.get(reverse("mfa_view_recovery_codes")).content.decode()
    codes = re.search(r'<pre class="recovery-codes"[^>]*>(.*?)</pre>', page, re.S)[1].split()
    rotate_to_a_new_key(settings)
    assert gets_in(lib.alice, codes[0])
    assert not gets_in(lib.alice, codes[0])
    assert with_code(secret, lambda code: gets_in(lib.alice, code))


def test_a_letter_that_waits_leaves_under_the_new_key(lib: Library, settings: Any, with_mail: Any) -> None:
    Client().post(RESET, {"email": lib.alice.email})
    rotate_to_a_new_key(settings)
    mailer.send_due()
    assert "password/reset/key" in mail.outbox[0].body


def test_factors_that_no_key_opens_are_named_and_left(lib: Library, settings: Any) -> None:
    with_app(lib.alice)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="second factors"):
        call_command("rotate_keys", stdout=io.StringIO())
