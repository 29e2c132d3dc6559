"""Findings that are to stand: asked for by who writes, accepted by who approves, never by the back door."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from channels_app.models import Channel
from libsocial.accounts.services import units
from libsocial.audit.models import Entry
from posts import problems
from posts.models import CheckOverride, Post
from posts.problems import Blocked
from posts.services import contacts, exceptions, review, rules
from posts.workflow import NotPossible
from scheduler.models import Delivery
from tests.cast import Library, signed_in
from tests.posts.conftest import again, simple, submitted, written
from tests.posts.test_composer import form, save

pytestmark = [pytest.mark.django_db, pytest.mark.bothdbs]
CARD = "21234000051789"
TEXT = f"Our specimen card is {CARD}, ask at the desk"
REASON = "It is the specimen printed on every leaflet"


def finding(post: Post, rule: str = "P1") -> problems.Problem:
    report = problems.of(again(post).current)
    return next(problem for problem in report.all if problem.params.get("rule") == rule)


def asked(lib: Library, channel: Channel, reason: str = REASON) -> Post:
    post = written(lib.alice, lib.north, simple(channel, text=TEXT))
    exceptions.ask(post=post, by=lib.alice, problem=finding(post), reason=reason)
    return again(post)


def test_what_must_be_changed_stops_the_post(lib: Library, channel: Channel) -> None:
    with pytest.raises(Blocked) as caught:
        submitted(lib.alice, lib.north, simple(channel, text=TEXT))
    assert CARD not in str(caught.value)


def test_an_exception_needs_a_reason(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel, text=TEXT))
    with pytest.raises(NotPossible):
        exceptions.ask(post=post, by=lib.alice, problem=finding(post), reason="  ")
    assert not CheckOverride.objects.exists()


def test_asked_for_it_goes_to_review_and_an_approval_has_to_accept_it(lib: Library, channel: Channel) -> None:
    post = asked(lib, channel)
    review.submit(post=post, by=lib.alice)
    post = again(post)
    with pytest.raises(NotPossible):
        review.approve(post=post, by=lib.sam, digest=post.current.digest)
    assert not Delivery.objects.exists()
    row = CheckOverride.objects.get()
    assert review.approve(post=post, by=lib.sam, digest=post.current.digest, accept=[row.pk])
    row.refresh_from_db()
    assert (row.accepted_by, row.accepted_revision) == (lib.sam, post.current.number)
    assert Delivery.objects.count() == 1


def test_a_reason_changed_after_it_was_read_is_not_accepted(lib: Library, channel: Channel) -> None:
    post = asked(lib, channel)
    review.submit(post=post, by=lib.alice)
    seen = CheckOverride.objects.get().pk
    exceptions.ask(post=again(post), by=lib.alice, problem=finding(post), reason="Another reason altogether")
    with pytest.raises(NotPossible):
        review.approve(post=again(post), by=lib.sam, digest=again(post).current.digest, accept=[seen])


def test_a_yes_holds_for_its_version_alone(lib: Library, channel: Channel) -> None:
    post = asked(lib, channel)
    review.submit(post=post, by=lib.alice)
    review.approve(
        post=again(post), by=lib.sam, digest=again(post).current.digest, accept=[CheckOverride.objects.get().pk]
    )
    assert finding(post).severity == "let"
    review.recall(post=again(post), by=lib.alice)
    review.submit(post=again(post), by=lib.alice)
    assert finding(post).severity == "asked"


def test_other_words_are_another_finding(lib: Library, channel: Channel) -> None:
    post = asked(lib, channel)
    draft = simple(channel, text=TEXT.replace(CARD, "21234000000000"))
    assert [one.severity for one in problems.of_draft(draft, unit=lib.north, post=post).all] in (["block"], [])
    again_same = simple(channel, text=f"Elsewhere: {CARD}")
    assert [one.severity for one in problems.of_draft(again_same, unit=lib.north, post=post).all] == ["asked"]


def test_the_secret_itself_is_written_down_nowhere(lib: Library, channel: Channel) -> None:
    asked(lib, channel)
    row = CheckOverride.objects.get()
    kept = json.dumps([row.excerpt, row.fingerprint, row.reason, *Entry.objects.values_list("data", flat=True)])
    assert CARD not in kept
    assert row.excerpt == "21…89"


def test_a_stranger_to_the_post_cannot_ask(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel, text=TEXT))
    for person in (lib.olga, lib.audit):
        with pytest.raises(Exception, match=r"post\.write"):
            exceptions.ask(post=post, by=person, problem=finding(post), reason=REASON)


def test_what_a_platform_refuses_knows_no_exception(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel, text="x" * 600))
    [problem] = problems.of(again(post).current).all
    with pytest.raises(NotPossible):
        exceptions.ask(post=post, by=lib.alice, problem=problem, reason=REASON)


def test_a_warning_is_left_without_a_reason_and_comes_back(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel, text="Sign up #bannedbooksweek"))
    row = exceptions.ask(post=post, by=lib.alice, problem=finding(post, "A6"), reason="")
    assert finding(post, "A6").severity == "let"
    exceptions.take_back(post=post, by=lib.alice, pk=row.pk)
    assert finding(post, "A6").severity == "warn"


def test_a_warning_left_does_not_pass_when_the_rule_becomes_strict(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel, text="Sign up #bannedbooksweek"))
    exceptions.ask(post=post, by=lib.alice, problem=finding(post, "A6"), reason="")
    rules.choose(by=lib.ada, unit=lib.root, levels={"A6": "block"})
    assert finding(post, "A6").severity == "block"


# --- on the pages ----------------------------------------------------------------
def test_the_composer_lists_asks_and_takes_back(lib: Library, channel: Channel) -> None:
    browser, data = signed_in(lib.alice), form(channel, TEXT)
    saved = save(browser, data)
    key = finding(Post.objects.get()).params["key"]
    assert f"let:{key}" in saved["live"]["checks"]
    here = reverse("posts:edit", args=[Post.objects.get().pk])
    data |= {"version": saved["version"], "do": f"let:{key}"}
    refused = browser.post(here, data | {f"checks-reason-{key}": "no"})
    assert refused.status_code == 422
    assert "Say why it should stand" in refused.content.decode()
    assert browser.post(here, data | {f"checks-reason-{key}": REASON}).status_code == 302
    page = browser.get(here).content.decode()
    row = CheckOverride.objects.get()
    assert REASON in page and f"unlet:{row.pk}" in page
    assert browser.post(here, data | {"do": "submit"}).status_code == 302
    assert again(Post.objects.get()).state == "in_review"


def test_without_script_asking_keeps_the_post_first(lib: Library, channel: Channel) -> None:
    browser = signed_in(lib.alice)
    sent = form(channel, TEXT, do="submit")
    assert browser.post(reverse("posts:new"), sent).status_code == 422
    key = finding(Post.objects.get()).params["key"]
    fresh = form(channel, TEXT, do=f"let:{key}")
    fresh[f"checks-reason-{key}"] = REASON
    browser.post(reverse("posts:new"), fresh)
    assert Post.objects.count() == 2


def test_who_approves_sees_the_request_first_and_ticks_it(lib: Library, channel: Channel) -> None:
    post = asked(lib, channel)
    review.submit(post=post, by=lib.alice)
    sam, row = signed_in(lib.sam), CheckOverride.objects.get()
    for address in (reverse("posts:review"), reverse("posts:detail", args=[post.pk])):
        page = sam.get(address).content.decode()
        assert REASON in page
        assert f'name="accept" value="{row.pk}"' in page
    digest = again(post).current.digest
    act = reverse("posts:act", args=[post.pk, "approve"])
    assert sam.post(act, {"digest": digest}).status_code == 409
    assert sam.post(act, {"digest": digest, "accept": str(row.pk)}).status_code == 302
    trail = sam.get(reverse("posts:detail", args=[post.pk])).content.decode()
    assert "accepted an exception" in trail


def test_a_fix_in_the_composer_mends_the_base_text(lib: Library, channel: Channel) -> None:
    browser = signed_in(lib.alice)
    data = form(channel, "Sign up #bannedbooksweek")
    saved = save(browser, data)
    do = f"fix:camel_case:{channel.pk}.rule.A6.0"
    assert do in saved["live"]["checks"]
    here = reverse("posts:edit", args=[Post.objects.get().pk])
    browser.post(here, data | {"version": saved["version"], "do": do})
    body = again(Post.objects.get()).current.body
    assert body["parts"][0]["text"] == "Sign up #BannedBooksWeek"


def test_a_text_in_another_language_than_named_is_named_anew(lib: Library, channel: Channel) -> None:
    browser = signed_in(lib.alice)
    said = "Hola a todas: la biblioteca abre el sábado y esperamos a las familias en la sala para leer los cuentos."
    data = form(channel, said) | {"language": "en"}
    saved = save(browser, data)
    assert "Name it Spanish" in saved["slots"]["base-0"]
    assert "Named is English, it looks like Spanish" in saved["slots"]["base-0"]
    here = reverse("posts:edit", args=[Post.objects.get().pk])
    do = f"fix:name_language:{channel.pk}.rule.A16.0"
    page = browser.post(here, data | {"version": saved["version"], "do": do}, follow=True)
    assert again(Post.objects.get()).current.body["language"] == "es"
    assert "rule.A16" not in page.content.decode()


def test_the_units_own_words_on_access_are_put_in(lib: Library, channel: Channel) -> None:
    contacts.add(by=lib.ada, unit=lib.root, kind="access", value="Step-free access; ask us by Monday.")
    browser = signed_in(lib.alice)
    data = form(channel, "Author talk on Thursday at 7:30 pm")
    saved = save(browser, data)
    here = reverse("posts:edit", args=[Post.objects.get().pk])
    do = f"fix:insert_access:{channel.pk}.rule.A17.0"
    browser.post(here, data | {"version": saved["version"], "do": do})
    text = again(Post.objects.get()).current.body["parts"][0]["text"]
    assert text == "Author talk on Thursday at 7:30 pm\n\nStep-free access; ask us by Monday."


def test_rules_are_inherited_word_by_word(lib: Library) -> None:
    from libsocial.accounts import policy

    rules.choose(by=lib.ada, unit=lib.root, levels={"A6": "block", "A9": "off", "nonsense": "block", "A11": "loud"})
    units.change(by=lib.ada, unit=lib.north, rules={"A9": "hint"})
    assert policy.of(lib.north).rules == {"A6": "block", "A9": "hint"}
    assert policy.of(lib.south).rules == {"A6": "block", "A9": "off"}
