"""Where allauth asks the house: who may register, how mail leaves, what our links look like."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from libsocial.accounts.models import Unit, User
from libsocial.core import crypto, site_settings
from libsocial.notices import letters

UNKNOWN = "account/email/unknown_account"


def library_name() -> str:
    return Unit.objects.filter(parent=None).values_list("name", flat=True).first() or "LibSocial"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.MAIL_CONFIGURED and site_settings.get("accounts.open_registration")

    def format_email_subject(self, subject: str) -> str:
        return f"[{library_name()}] {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Writes the mail and puts it down; the mailer takes it along. No page waits for a mail server.

        A mail to an address without an account is written like any other and thrown away: a page that was
        quicker for such addresses would tell who has one.
        """
        if not settings.MAIL_CONFIGURED:
            return
        site = {"name": library_name(), "domain": settings.BASE_URL}
        with translation.override(getattr(context.get("user"), "language", "") or translation.get_language()):
            mail = self.render_mail(template_prefix, email, {"email": email, **context, "current_site": site})
        if template_prefix == UNKNOWN:
            letters.pretend(mail, kind=template_prefix)
        else:
            letters.post(mail, kind=template_prefix)

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _dash, token = key.partition("-")
        return settings.BASE_URL + reverse("account_reset_password_from_key", args=[uid, token])

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return settings.BASE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.name = form.cleaned_data.get("name", "").strip()
        user.language = translation.get_language() or ""
        return super().save_user(request, user, form, commit)

    def clean_email(self, email: str) -> str:
        return email.lower()


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps are kept encrypted, like every other secret."""

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text)

    def _get_site_name(self) -> str:
        return library_name()

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        number = user.authenticator_set.filter(type=type).count()
        return _("Passkey") if number == 0 else _("Passkey %(number)s") % {"number": number + 1}
