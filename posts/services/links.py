"""Deciding from a mail: a link that shows exactly one version to one person and takes one decision.

Opening it decides nothing (scanners of mail servers open every link). It dies with the decision, with any
change of the post, and after three days; only its hash is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from libsocial.accounts.models import User
from libsocial.notices import letters
from posts import tokens
from posts.models import DecisionLink, Post
from posts.workflow import Facts

LASTS = timedelta(hours=72)


def send(post: Post, people: Iterable[User], by: User) -> None:
    """A mail to each of these, in the caller's transaction: what waits, and the link that decides it."""
    if not settings.MAIL_CONFIGURED:
        return
    for person in people:
        token = tokens.new()
        link = DecisionLink(
            person=person,
            revision=post.current,
            digest=post.current.digest,
            token_hash=tokens.hashed(token),
            expires_at=timezone.now() + LASTS,
        )
        link.letter = letters.post(_mail(post, person, by, token), kind="review")
        link.save()


def call_back(post: Post) -> None:
    """Nobody is asked any more: mails that did not leave yet stay here, links in those that did are dead."""
    for link in DecisionLink.objects.filter(revision__post=post, used_at=None, letter__mail_due=True):
        letters.call_back(link.letter)


def find(token: str) -> DecisionLink | None:
    """The link while it can decide: not used, not old, its person here, the post as it was sent. Else None."""
    rows = DecisionLink.objects.select_related("person", "revision__post__unit", "revision__post__current")
    link = rows.filter(token_hash=tokens.hashed(token), used_at=None, expires_at__gt=timezone.now()).first()
    if link is None or not link.person.is_active:
        return None
    post = link.revision.post
    same = post.current_id == link.revision_id and post.state == "in_review" and link.revision.digest == link.digest
    return link if same and Facts(post, link.person).has_right("approve") else None


def _mail(post: Post, person: User, by: User, token: str) -> EmailMultiAlternatives:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        context = {
            "post": post,
            "person": person,
            "by": by,
            "decide": settings.BASE_URL + reverse("posts:decide", args=[token]),
            "link": settings.BASE_URL + reverse("posts:detail", args=[post.pk]),
            "hours": LASTS // timedelta(hours=1),
        }
        subject = _("%(person)s asks you to approve “%(title)s”") % {"person": by, "title": post.title}
        mail = EmailMultiAlternatives(
            subject=" ".join(subject.split()),
            body=render_to_string("posts/mail/decide.txt", context),
            to=[person.email],
        )
        mail.attach_alternative(render_to_string("posts/mail/decide.html", context), "text/html")
    return mail
