"""What saving means for the further languages of a post: who wrote them, and who hears that one fell behind."""

from __future__ import annotations

from django.urls import reverse

from libsocial.accounts.models import User
from libsocial.notices import services as notices
from posts import languages, tongues
from posts.drafting import Draft
from posts.models import Post, Translation


def note(post: Post, by: User, draft: Draft) -> None:
    """Keeps who last changed each language, and tells its reviewers once when the source moved on after their yes.

    In the caller's transaction; asks nothing of the database while a post has one language.
    """
    if not draft.languages:
        return
    known = dict(Translation.objects.filter(post=post).values_list("language", "digest"))
    for one in draft.languages:
        digest = languages.text_digest(one)
        if known.get(one.language) != digest:
            Translation.objects.update_or_create(
                post=post, language=one.language, defaults={"digest": digest, "translator": by}
            )
    _tell_stale(post, by, draft)


def _tell_stale(post: Post, by: User, draft: Draft) -> None:
    for tag, review in tongues.newest_reviews([post.pk]).get(post.pk, {}).items():
        if draft.in_language(tag) is None or review.source_digest == languages.source_digest(draft):
            continue
        people = {person.pk: person for person in [*tongues.reviewers(post.unit, tag), review.reviewer]}
        people.pop(by.pk, None)
        notices.tell(
            people.values(),
            "language.now_stale",
            params={"language": languages.called(tag), "title": post.title, "person": str(by)},
            url=reverse("posts:detail", args=[post.pk]),
            subject=post,
            dedupe=f"language_stale:{review.pk}",
        )
