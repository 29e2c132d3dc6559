"""People outside the library who look at one post by a link. What they may do is the unit's rule, asked each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts import policy as rules
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from libsocial.notices import letters
from posts import drafting, tokens
from posts.models import Guest, GuestWord, Post
from posts.services import telling
from posts.workflow import NotPossible

LONGEST_STAY = timedelta(days=60)
# What each rule of a unit lets guests do; the link may have been made for less.
ALLOWS = {
    "no": (),
    "see": ("see",),
    "comment": ("see", "comment"),
    "approve": ("see", "comment", "approve"),
    "alone": ("see", "comment", "approve"),
}
ORDER = ("see", "comment", "approve")


@dataclass(frozen=True)
class Made:
    """A guest with the link, which is shown once and kept nowhere."""

    guest: Guest
    link: str


def allowed(guest: Guest, post: Post) -> tuple[str, ...]:
    """What this guest may do now, by the unit's rule and by what the link was made for."""
    most = ORDER[: ORDER.index(guest.may) + 1] if guest.may in ORDER else ()
    return tuple(what for what in ALLOWS[rules.of(post.unit).guests_may] if what in most)


def require(guest: Guest, post: Post, what: str) -> None:
    """Raises NotAllowed when the link ended, is for another post, or the unit does not let guests do this."""
    if not guest.living or guest.post_id != post.pk or what not in allowed(guest, post):
        raise policies.NotAllowed("guest." + what)


def invite(*, post: Post, by: User, name: str, email: str = "", may: str = "comment", days: int = 14) -> Made:
    """A link for one person outside. Raises NotAllowed, NotPossible."""
    policies.require(by, "post.edit_any", post.unit)
    name, email = name.strip()[:120], email.strip()[:254]
    _refuse_nonsense(post, name, email, may, days)
    token = tokens.new()
    with transaction.atomic():
        guest = Guest.objects.create(
            post=post,
            name=name,
            email=email,
            may=may,
            token_hash=tokens.hashed(token),
            invited_by=by,
            expires_at=timezone.now() + timedelta(days=days),
        )
        made = Made(guest, settings.BASE_URL + reverse("posts:guest", args=[token]))
        if email and settings.MAIL_CONFIGURED:
            guest.letter = letters.post(_mail(made, post), kind="guest")
            guest.save(update_fields=["letter"])
        audit.record("post.guest_invited", by=by, on=post, unit=post.unit, data={"guest": name, "may": may})
    return made


def revoke(*, guest: Guest, by: User) -> None:
    """The link is dead from now on, and a yes given by it counts no more where the post still waits."""
    policies.require(by, "post.edit_any", guest.post.unit)
    with transaction.atomic():
        if Guest.objects.filter(pk=guest.pk, revoked_at=None).update(revoked_at=timezone.now()):
            letters.call_back(guest.letter)
            audit.record("post.guest_revoked", by=by, on=guest.post, unit=guest.post.unit, data={"guest": guest.name})


def find(token: str) -> Guest | None:
    """The guest behind a link that still works. Whatever is wrong with it: None."""
    rows = Guest.objects.select_related("post__unit", "post__author", "post__current__changed_by", "invited_by")
    guest = rows.filter(token_hash=tokens.hashed(token)).first()
    if guest is None or not guest.living or not guest.invited_by.is_active or guest.post.unit.archived_at:
        return None
    return guest if "see" in allowed(guest, guest.post) and guest.post.current_id else None


def say(*, guest: Guest, text: str, digest: str) -> GuestWord:
    """A remark about what the guest has before them. Raises NotAllowed, NotPossible."""
    post, text = guest.post, drafting.text_of(text).strip()[:4000]
    require(guest, post, "comment")
    if not text:
        raise NotPossible(_("Write what you want to say first."))
    with transaction.atomic():
        revision = post.revisions.filter(digest=digest).first() if digest else None
        word = GuestWord.objects.create(guest=guest, revision=revision or post.current, text=text)
        telling.guest_said(post, guest, text)
        audit.record("post.guest_said", by=None, on=post, unit=post.unit, data={"guest": guest.name, "text": text})
    return word


def _refuse_nonsense(post: Post, name: str, email: str, may: str, days: int) -> None:
    if not name:
        raise NotPossible(_("Write the guest's name, so that everybody knows who said what."))
    if email:
        try:
            validate_email(email)
        except Exception as error:
            raise NotPossible(_("“%(email)s” is not an e-mail address.") % {"email": email}) from error
    if may not in ALLOWS[rules.of(post.unit).guests_may]:
        raise NotPossible(_("The rules of %(unit)s do not let guests do that.") % {"unit": post.unit})
    if not 1 <= days <= LONGEST_STAY.days:
        raise NotPossible(_("A link lasts between 1 and %(days)s days.") % {"days": LONGEST_STAY.days})
    if post.state in {"archived", "withdrawn"}:
        raise NotPossible(_("This post is not going to be said. Bring it back first."))


def _mail(made: Made, post: Post) -> EmailMultiAlternatives:
    spoken = post.unit.language.split("-")[0]
    with translation.override(spoken if spoken in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        context = {"guest": made.guest, "post": post, "link": made.link}
        subject = _("%(person)s asks you to look at a post") % {"person": made.guest.invited_by}
        mail = EmailMultiAlternatives(
            subject=" ".join(subject.split()),
            body=render_to_string("posts/mail/guest.txt", context),
            to=[made.guest.email],
        )
        mail.attach_alternative(render_to_string("posts/mail/guest.html", context), "text/html")
    return mail
