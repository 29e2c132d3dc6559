"""The house itself: opening the library, its settings, its mail."""

from __future__ import annotations

import ipaddress
import re
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from libsocial.accounts import firstrun
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Membership, Role, Unit, User
from libsocial.accounts.policies import require
from libsocial.accounts.services import units
from libsocial.audit import services as audit
from libsocial.core import localtime, site_settings

HOST = re.compile(r"^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$")
MOST_HOSTS = 50


def open_library(*, library: str, zone: str, language: str, name: str, email: str, password: str) -> User:
    """The first run: root unit, first administrator, and what other apps add (the Practice channel).

    Raises Refused when the library is open already, however close together two visitors come.
    """
    if not localtime.is_zone(zone):
        raise Refused(gettext_lazy("This is not a time zone. Choose one from the list, such as Europe/London."), "zone")
    try:
        with transaction.atomic():
            root = _root(library.strip(), zone, language)
            person = _first_administrator(root, name.strip(), email, password)
            audit.record("library.opened", by=person, on=root, unit=root, data={"library": root.name})
            for follow in firstrun.followers:
                follow(root, person)
    except IntegrityError as error:
        if not firstrun.is_needed():
            raise Refused(firstrun.ALREADY_OPEN) from error
        taken = gettext_lazy("There is an account with this address already. Use another one.")
        raise Refused(taken, "email") from error
    firstrun.forget_code()
    return person


def _root(name: str, zone: str, language: str) -> Unit:
    root = Unit.objects.select_for_update().filter(parent=None).first()
    if root is None:
        return Unit.objects.plant(name=name, zone=zone, language=language)
    if not firstrun.is_needed():
        raise Refused(firstrun.ALREADY_OPEN)
    # Its last administrator was lost by other means than this program: take the house over as it stands.
    root.name, root.zone, root.language = name, zone, language
    root.save(update_fields=["name", "zone", "language"])
    return root


def _first_administrator(root: Unit, name: str, email: str, password: str) -> User:
    spoken = language if (language := root.language.split("-")[0]) in dict(settings.LANGUAGES) else ""
    person = User.objects.create_person(email.strip(), password, name=name, language=spoken)
    Membership.objects.create(user=person, unit=root, role=Role.ADMIN)
    return person


def change_private_hosts(*, by: User, hosts: list[str]) -> None:
    """Raises NotAllowed, Refused naming the entry that cannot be meant."""
    root = units.root()
    require(by, "settings.manage", root)
    cleaned = list(dict.fromkeys(clean_host(host) for host in hosts if host.strip()))
    if len(cleaned) > MOST_HOSTS:
        raise Refused(_("At most %(number)s hosts can be listed.") % {"number": MOST_HOSTS}, "hosts")
    _put(by, root, "outside.private_hosts", cleaned)


def change_registration(*, by: User, is_open: bool) -> None:
    """Raises NotAllowed; Refused to open without mail, because nobody could prove their address."""
    root = units.root()
    require(by, "settings.manage", root)
    if is_open and not settings.MAIL_CONFIGURED:
        raise Refused(
            _("Registration needs mail: without it nobody could prove their address. Set LIBSOCIAL_MAIL_URL first."),
            "open_registration",
        )
    _put(by, root, "accounts.open_registration", is_open)


def _put(by: User, root: Unit, key: str, value: object) -> None:
    before = site_settings.get(key)
    if before == value:
        return
    with transaction.atomic():
        site_settings.put(key, value)
        data = {"setting": key, "before": before, "after": value}
        audit.record("library.setting_changed", by=by, on=root, unit=root, data=data)


def clean_host(text: str) -> str:
    """One entry of the private hosts in its one form: 'name', 'name:port', address or network. Raises Refused."""
    entry = text.strip().lower()
    if "://" in entry:
        only_host = _("'%(entry)s' is an address of a page. Write only the host, such as intranet:8080.")
        raise Refused(only_host % {"entry": text.strip()}, "hosts")
    if "/" in entry:
        return _network(entry)
    if entry.startswith("[") or entry.count(":") > 1:
        return _address_v6(entry)
    host, colon, port = entry.partition(":")
    if not HOST.match(host) or (colon and not _is_port(port)):
        raise Refused(_not_a_host(text), "hosts")
    return entry


def _network(entry: str) -> str:
    try:
        network = ipaddress.ip_network(entry, strict=False)
    except ValueError as error:
        raise Refused(_not_a_host(entry), "hosts") from error
    if network.prefixlen < 8:
        too_wide = _("'%(entry)s' covers far more than one house. Name a smaller network, such as 10.0.0.0/8.")
        raise Refused(too_wide % {"entry": entry}, "hosts")
    return str(network)


def _address_v6(entry: str) -> str:
    host, bracket, rest = entry.removeprefix("[").partition("]")
    if entry.startswith("[") != bool(bracket):
        raise Refused(_not_a_host(entry), "hosts")
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError as error:
        raise Refused(_not_a_host(entry), "hosts") from error
    if not rest:
        return str(address)
    if not rest.startswith(":") or not _is_port(rest[1:]):
        raise Refused(_not_a_host(entry), "hosts")
    return f"[{address}]{rest}"


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65536


def _not_a_host(entry: str) -> str:
    return _("'%(entry)s' is not a host, host:port, address or network.") % {"entry": entry.strip()}


def send_test_mail(*, by: User) -> None:
    """Sends a mail to the administrator now. Raises NotAllowed, Refused with what the mail server said in our words."""
    root = units.root()
    require(by, "settings.manage", root)
    if not settings.MAIL_CONFIGURED:
        raise Refused(_("This installation has no mail server. Set LIBSOCIAL_MAIL_URL and start it again."))
    body = _("This mail was sent from the settings page of LibSocial. Sending mail works.")
    mail = EmailMessage(subject=_("Test mail from LibSocial"), body=body, to=[by.email])
    try:
        mail.send()
    except (SMTPException, OSError) as error:
        sentence = _("The mail could not be sent (%(reason)s). Check LIBSOCIAL_MAIL_URL.")
        raise Refused(sentence % {"reason": _reason(error)}) from error
    with transaction.atomic():
        audit.record("library.test_mail_sent", by=by, on=root, unit=root, data={})


def _reason(error: Exception) -> str:
    """The kind of failure; never the server's own words, which may repeat the password."""
    if isinstance(error, TimeoutError):
        return _("the mail server did not answer in time")
    if isinstance(error, SMTPException):
        code = getattr(error, "smtp_code", "")
        words = _("the mail server refused it, code %(code)s") if code else _("the mail server refused it")
        return words % {"code": code}
    return _("the mail server could not be reached")
