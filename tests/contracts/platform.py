"""What every adapter promises, as tests it inherits.

A platform's test module makes one class::

    class TestBluesky(HttpContract):
        adapter = Bluesky()

        @pytest.fixture
        def far(self): ...      # the far side: FarSideProtocol, counting what it holds

        @pytest.fixture
        def session(self, far): ...

and adds what only that platform does. `Contract` is for every adapter;
`HttpContract` for those that speak HTTP, with a fake from tests/fakes.
"""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Protocol

import pytest
from django.utils import timezone

from channels_app import errors
from channels_app.capabilities import Capabilities, TextUnit
from channels_app.check import check
from channels_app.content import Content, Media, Part
from channels_app.platforms.base import Adapter, Found, Prepared, Receipt, Session
from libsocial.accounts.policy import DEFAULT
from tests.fakes.server import Failure, Reply
from tests.fakes.session import picture

RECORDINGS = Path(__file__).parents[1] / "recordings"
AT = datetime(2026, 11, 23, 9, 30, 0, 123000, UTC)
KEY = "0190c1a2-7b3c-7d4e-8f50-61728394a5b6:0"

# Each feature with the method that has it.
FEATURES = {
    "find": "find",
    "follow": "follow",
    "metrics": "metrics",
    "audience": "audience",
    "delete": "delete",
    "probe": "probe",
    "refresh": "renew",
    "revoke": "revoke",
}


class FarSideProtocol(Protocol):
    """What a test asks a far side."""

    def texts(self) -> list[str]: ...
    def alts(self) -> list[str]: ...
    def like(self, remote_id: str) -> None: ...
    def revoke(self) -> None: ...
    def drop_next(self) -> None: ...
    def opens(self, secret: dict[str, Any]) -> bool: ...


def words(*texts: str, media: Sequence[Media] = (), **rest: Any) -> Content:
    parts = [Part(text=text) for text in texts]
    parts[0] = dataclasses.replace(parts[0], media=tuple(media))
    return Content(parts=tuple(parts), language="en", **rest)


def _stored(prepared: Prepared) -> Prepared:
    return Prepared(prepared.key, json.loads(json.dumps(prepared.data)))


class Contract:
    """Every adapter."""

    adapter: ClassVar[Adapter]
    text = "Story time at ten, in the children’s room"
    # Is the same key sent twice one post? Where the platform knows no keys, only `find` stands between.
    keys_are_known: ClassVar[bool] = True
    # Can absence be proven? Where not, a person is asked, with a link to look at.
    proves_absence: ClassVar[bool] = True
    # Line ends and letters a platform must keep; YouTube takes no angle brackets anywhere.
    foreign: ClassVar[str] = "Été\n\n日本語 👩‍🚀 & <b>not bold</b>"
    # Does a receipt come back at once, or only from `follow`?
    public_at_once: ClassVar[bool] = True
    # The kind of figure that `far.like` adds one to; WordPress counts nothing but comments.
    liked: ClassVar[str] = "reactions"

    @property
    def can(self) -> Capabilities:
        """What one account can: where that differs, a class for each kind says so."""
        return self.adapter.capabilities

    def content(self, *texts: str, **rest: Any) -> Content:
        """Content this platform takes; platforms that want a picture override it."""
        return words(*(texts or (self.text,)), **rest)

    def prepare(
        self, session: Session, content: Content, index: int = 0, key: str = KEY, before: Sequence[Receipt] = ()
    ) -> Prepared:
        """As the engine stores it: through JSON and back."""
        prepared = self.adapter.prepare(session, content, index, key, AT)
        prepared = _stored(self.adapter.after(content, index, prepared, list(before)))
        for _ in range(60):
            try:
                further = _stored(self.adapter.ready(session, content, index, prepared))
            except errors.RateLimited:
                raise
            except errors.Temporary as error:
                if error.until is None:
                    raise
                continue
            if further == prepared:
                return prepared
            prepared = further
        raise AssertionError("never ready")

    def publish(self, session: Session, content: Content, key: str = KEY) -> list[Receipt]:
        receipts: list[Receipt] = []
        for index in range(len(content.parts)):
            prepared = self.prepare(session, content, index, f"{key}{index}", receipts)
            receipts.append(self.follow(session, self.create(session, content, prepared, receipts, index)))
        return receipts

    def create(
        self, session: Session, content: Content, prepared: Prepared, before: Sequence[Receipt] = (), index: int = 0
    ) -> Receipt:
        return self.adapter.publish_part(session, content, index, prepared, list(before))

    def follow(self, session: Session, receipt: Receipt) -> Receipt:
        """Until it is public."""
        for _ in range(10):
            if not receipt.processing:
                return receipt
            receipt = self.adapter.follow(session, receipt)
        raise AssertionError("never public")

    def find(self, session: Session, content: Content, prepared: Prepared, *, began: timedelta = timedelta()) -> Found:
        return self.adapter.find(session, content, 0, prepared, timezone.now() - began)

    # --- declared ---------------------------------------------------------
    def test_every_declared_feature_is_there_and_no_other(self):
        for feature, method in FEATURES.items():
            own = getattr(type(self.adapter), method) is not getattr(Adapter, method)
            assert own == (feature in self.adapter.capabilities.features), feature
        assert self.can.features <= set(FEATURES) | {"edit", "reply"}

    def test_capabilities_are_whole(self):
        assert self.adapter.key.isidentifier()
        assert self.adapter.connect_kind in {"form", "redirect"}
        assert self.can.text.limit > 0
        assert self.can.text.unit in set(TextUnit)
        assert self.can.media.max_images == 0 or self.can.media.max_bytes > 0
        assert {"text", "media", "alt_text"} <= set(self.can.sources)
        names = [metric.name for metric in self.can.metrics]
        assert len(names) == len(set(names))
        assert all(str(metric.definition) for metric in self.can.metrics)
        assert {option.kind for option in self.can.options} <= {"choice", "flag", "text", "lines", "url", "moment"}
        for option in self.can.options:
            assert option.kind != "choice" or option.default in dict(option.choices), option.name
            assert option.only is None or option.only[0] in {one.name for one in self.can.options}
        for source in self.can.sources.values():
            assert source.text
            assert datetime.fromisoformat(source.checked)

    def test_hosts_can_be_set(self, settings):
        for name, usual in self.adapter.hosts.items():
            assert usual.startswith("https://")
            settings.PLATFORM_HOSTS = {f"{self.adapter.key}_{name}".upper(): "https://proxy.example/x/"}
            assert self.adapter.host(name) == "https://proxy.example/x"

    def test_an_ordinary_post_passes_the_checks(self):
        problems = check(self.content(media=[picture()]), self.can, DEFAULT)
        if not self.can.alt_text.field:  # where descriptions have no place, saying so is right
            problems = [problem for problem in problems if problem.message != "check.alt_nowhere"]
        assert problems == []

    # --- publishing -------------------------------------------------------
    def test_a_post_arrives_whole_once(self, far, session):
        (receipt,) = self.publish(session, self.content())
        assert far.texts() == [self.text]
        assert receipt.remote_id
        assert receipt.url.startswith("http")
        assert not receipt.processing

    def test_a_description_arrives_with_its_picture(self, far, session):
        (receipt,) = self.publish(session, self.content(media=[picture("A red sofa")]))
        if self.can.alt_text.field:
            assert far.alts() == ["A red sofa"]
            assert receipt.alt == "delivered"
        else:
            assert receipt.alt == "not deliverable"

    def test_preparing_makes_nothing_public_and_is_the_same_every_time(self, far, session):
        content = self.content()
        assert self.prepare(session, content).key == self.prepare(session, content).key == KEY
        assert far.texts() == []

    def test_a_thread_hangs_together(self, far, session):
        if self.can.threads > 1:
            receipts = self.publish(session, self.content("One", "Two", "Three"))
            assert far.texts() == ["One", "Two", "Three"]
            assert len({receipt.remote_id for receipt in receipts}) == 3

    def test_line_ends_and_foreign_letters_survive(self, far, session):
        self.publish(session, self.content(self.foreign.replace("\n", "\r\n")))
        assert far.texts() == [self.foreign]

    # --- once, whatever happens ------------------------------------------
    def test_stored_and_then_silent_is_found_and_stays_one_post(self, far, session):
        content = self.content(media=[picture()])
        prepared = self.prepare(session, content)
        far.drop_next()
        with pytest.raises(errors.Unclear):
            self.create(session, content, prepared)
        assert far.texts() == [self.text]
        if "find" not in self.can.features:
            return
        found = self.find(session, content, prepared)
        assert found.state == "present"
        assert found.receipt.url.startswith("http")
        assert far.texts() == [self.text]

    def test_not_stored_and_silent_is_not_taken_for_stored(self, far, session):
        """The request was cut before the platform did anything: absent where that can be proven, never present."""
        if "find" not in self.can.features or not hasattr(far, "cut_next"):
            return
        content = self.content()
        prepared = self.prepare(session, content)
        far.cut_next()
        with pytest.raises((errors.Unclear, errors.Temporary)):
            self.create(session, content, prepared)
        found = self.find(session, content, prepared, began=timedelta(hours=1))
        assert found.state == ("absent" if self.proves_absence else "unknown")
        assert found.state == "absent" or found.look_at.startswith("http")

    def test_the_same_key_twice_is_one_post(self, far, session):
        content = self.content()
        prepared = self.prepare(session, content)
        first = self.create(session, content, prepared)
        if not self.keys_are_known:
            found = self.find(session, content, prepared) if "find" in self.can.features else None
            assert found is None or found.state == "present"  # so nobody sends it again
            return
        again = self.create(session, content, prepared)
        assert far.texts() == [self.text]
        assert again.remote_id == first.remote_id

    def test_what_was_never_sent_is_not_found(self, far, session):
        if "find" not in self.can.features:
            return
        content = self.content()
        prepared = self.prepare(session, content)
        assert self.find(session, content, prepared, began=timedelta(hours=1)).state != "present"

    def test_two_posts_with_the_same_words_are_told_apart(self, far, session):
        if "find" not in self.can.features:
            return
        content = self.content()
        self.publish(session, content, key="first")
        prepared = self.prepare(session, content, key="second0")
        assert self.find(session, content, prepared, began=timedelta(hours=1)).state != "present"

    def test_a_person_may_show_where_the_post_is(self, far, session):
        if type(self.adapter).recognise is Adapter.recognise:
            with pytest.raises(errors.Unsupported):
                self.adapter.recognise(session, "https://elsewhere.example/1")
            return
        (receipt,) = self.publish(session, self.content())
        assert self.adapter.recognise(session, receipt.url).remote_id == receipt.remote_id
        assert self.adapter.recognise(session, receipt.url + "?ref=1").remote_id == receipt.remote_id
        for foreign in (
            "https://elsewhere.example/1",
            receipt.url[:-3] + "zzz",
            "https://bsky.app/profile/x.test/post/3lb",
        ):
            with pytest.raises((errors.Rejected, errors.Gone)):
                self.adapter.recognise(session, foreign)

    # --- afterwards -------------------------------------------------------
    def test_deleting_removes_and_deleting_again_is_fine(self, far, session):
        if "delete" not in self.can.features:
            return
        (receipt,) = self.publish(session, self.content())
        self.adapter.delete(session, receipt)
        assert far.texts() == []
        self.adapter.delete(session, receipt)

    def test_figures_come_from_the_far_side(self, far, session):
        if "metrics" not in self.can.features:
            return
        (receipt,) = self.publish(session, self.content())
        far.like(receipt.remote_id)
        figures = self.adapter.metrics(session, [receipt])[receipt.remote_id]
        declared = {metric.name for metric in self.can.metrics if metric.scope == "post"}
        assert set(figures.values) <= declared
        reactions = next(metric.name for metric in self.can.metrics if metric.kind == self.liked)
        assert figures.values[reactions] == 1
        assert not figures.gone

    def test_a_deleted_post_is_gone_and_its_figures_are_not_zero(self, far, session):
        if not {"delete", "metrics"} <= self.can.features:
            return
        first, second = self.publish(session, self.content(), "a")[0], self.publish(session, self.content("B"), "b")[0]
        self.adapter.delete(session, first)
        figures = self.adapter.metrics(session, [first, second])
        assert figures[first.remote_id].gone
        assert figures[first.remote_id].values == {}
        assert not figures[second.remote_id].gone

    def test_the_audience_is_counted(self, far, session):
        if "audience" not in self.can.features:
            return
        declared = {metric.name for metric in self.can.metrics if metric.scope == "account"}
        assert set(self.adapter.audience(session).values) == declared

    def test_a_dead_credential_asks_for_reconnecting(self, far, session):
        content = self.content()
        prepared = self.prepare(session, content)
        far.revoke()
        with pytest.raises(errors.NeedsReconnect):
            self.adapter.probe(session)
        with pytest.raises(errors.NeedsReconnect):
            self.adapter.publish_part(session, content, 0, prepared, [])
        assert far.texts() == []

    def test_a_key_that_is_given_back_is_worth_nothing(self, far, session):
        if "revoke" not in self.can.features:
            assert str(self.adapter.by_hand), "a person must learn how to end our access"
            return
        assert far.opens(session.secret)
        self.adapter.revoke(session)
        assert not far.opens(session.secret)
        self.adapter.revoke(session)  # dead already: as good as ended

    def test_the_account_is_shown_as_a_person_knows_it(self, far, session):
        account = self.adapter.probe(session)
        assert account.remote_id == session.remote_id
        assert account.handle.startswith("@")
        assert account.url.startswith("http")


NONSENSE = {
    "nothing": b"",
    "a page": b"<html><body>Welcome to nginx</body></html>",
    "null": b"null",
    "a list": b"[]",
    "a word": b'"ok"',
    "a number": b"7",
    "an empty object": b"{}",
    "cut off": b'{"id": "12',
    "wrong kinds": b'{"uri": 7, "cid": null, "id": {"a": []}, "url": 3, "error": [1], "message": {"x": 1}}',
    "bytes": b"\xff\xfe\x00\x01",
    "very deep": b"[" * 50_000,
    "no letters": b"\xe9\xff\xa0" * 300_000,
    "one long word": b'{"error": "' + b"a" * 900_000 + b'"}',
    "lists of something else": b'{"posts": [7, null], "descendants": [7], "service": [7], "links": [null]}',
}


class HttpContract(Contract):
    """Adapters that speak HTTP; `far` is a tests.fakes.server.FarSide."""

    # Where this class's recordings lie; TikTok has two creating requests, answered by two hosts.
    recordings: ClassVar[str] = ""
    # With which methods it looks things up; TikTok asks nearly everything by POST.
    looks: ClassVar[tuple[str, ...]] = ("GET",)
    # Status of the creating request -> what it means. A platform adds its own.
    refusals: ClassVar[dict[int, type[errors.PlatformError]]] = {
        400: errors.Rejected,
        401: errors.NeedsReconnect,
        403: errors.NeedsReconnect,
        408: errors.Unclear,
        413: errors.Rejected,
        422: errors.Rejected,
        425: errors.Unclear,
        429: errors.RateLimited,
        500: errors.Unclear,
        502: errors.Unclear,
        503: errors.Unclear,
        504: errors.Unclear,
        301: errors.Temporary,
    }
    # The method of the request that ends our key.
    ends_by: ClassVar[str] = "POST"

    def pytest_generate_tests(self, metafunc):
        if "nonsense" in metafunc.fixturenames:
            metafunc.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE.keys())
        if "recording" in metafunc.fixturenames:
            files = sorted((RECORDINGS / (self.recordings or self.adapter.key)).glob("*.json"))
            assert files, "a platform brings answers as they really were"
            metafunc.parametrize("recording", files, ids=lambda path: path.stem)
        if "refusal" in metafunc.fixturenames:
            metafunc.parametrize("refusal", list(self.refusals.items()), ids=lambda pair: f"{pair[0]}")

    def refused(self, far, session, failure) -> errors.PlatformError:
        content = self.content()
        prepared = self.prepare(session, content)
        far.fail(failure)
        with pytest.raises(errors.PlatformError) as caught:
            self.create(session, content, prepared)
        return caught.value

    def test_a_recorded_answer_keeps_its_meaning(self, far, session, recording):
        """Answers as servers really gave them, or as their source says: see `source` in each file."""
        told = json.loads(recording.read_text(encoding="utf-8"))
        raw = told["text"].encode() if "text" in told else None
        content = self.content()
        prepared = self.prepare(session, content)
        for _ in range(2):  # what is tried again once at the spot is refused twice
            far.fail(Failure(Reply(told["status"], told.get("body"), told["headers"], raw)))
        try:
            meaning: Any = self.create(session, content, prepared)
        except errors.PlatformError as error:
            meaning = error
        assert type(meaning).__name__ == told["means"]
        assert getattr(meaning, "field", "") == told.get("field", "")

    def test_each_status_has_its_meaning(self, far, session, refusal):
        status, meaning = refusal
        error = self.refused(far, session, Failure(Reply(status, {"error": "Nope", "message": "Not like this"})))
        assert type(error) is meaning
        assert error.reason
        assert far.texts() == []

    def test_each_status_keeps_its_meaning_when_the_body_is_a_page(self, far, session, refusal):
        status, meaning = refusal
        error = self.refused(far, session, Failure(Reply(status, raw=NONSENSE["a page"])))
        assert isinstance(error, meaning if status >= 429 or status in (301, 401, 403) else errors.PlatformError)
        assert "<html>" not in f"{error.reason} {error.detail}"

    def test_a_cut_line_is_unclear(self, far, session):
        assert type(self.refused(far, session, Failure(cut=True))) is errors.Unclear

    def test_an_answer_that_cannot_be_read_is_unclear(self, far, session, nonsense):
        error = self.refused(far, session, Failure(Reply(raw=nonsense), store=True))
        assert type(error) is errors.Unclear
        assert far.texts() == [self.text]

    def test_nonsense_breaks_nothing_while_looking(self, far, session, nonsense):
        content = self.content()
        prepared = self.prepare(session, content)
        (receipt,) = self.publish(session, content, key="other")
        for act in (
            lambda: self.adapter.probe(session),
            *([lambda: self.find(session, content, prepared)] if "find" in self.can.features else []),
            *([lambda: self.adapter.metrics(session, [receipt])] if "metrics" in self.can.features else []),
            *([lambda: self.adapter.audience(session)] if "audience" in self.can.features else []),
        ):
            for method in self.looks * 3:
                far.fail(Failure(Reply(raw=nonsense)), method=method, pattern=".")
            try:
                answer = act()
            except errors.PlatformError as error:
                assert str(error)
            else:
                assert getattr(answer, "state", "") != "present"
                assert not getattr(answer, "gone", False)
            far.failures.clear()

    def test_nothing_sent_is_temporary(self, far, session):
        content = self.content()
        prepared = self.prepare(session, content)
        far.stop()
        with pytest.raises(errors.Temporary):
            self.adapter.publish_part(session, content, 0, prepared, [])

    @pytest.mark.parametrize("header", [{"Retry-After": "120"}, {"X-RateLimit-Reset": "2999-01-01T00:00:00Z"}, {}])
    def test_a_limit_says_until_when(self, far, session, header):
        error = self.refused(far, session, Failure(Reply(429, {"error": "Slow down"}, header)))
        assert isinstance(error, errors.RateLimited)
        assert timedelta(0) < error.until - timezone.now() <= timedelta(hours=24)

    @pytest.mark.parametrize("trouble", [Failure(Reply(503)), Failure(cut=True), Failure(Reply(404, raw=b"<html>"))])
    def test_a_key_that_could_not_be_given_back_is_told_without_it(self, far, session, trouble, caplog):
        if "revoke" not in self.can.features:
            return
        far.fail(trouble, method=self.ends_by, pattern=".")
        with caplog.at_level(logging.DEBUG), pytest.raises(errors.PlatformError) as caught:
            self.adapter.revoke(session)
        assert caught.value.reason
        assert session.renewals == 0
        assert far.opens(session.secret)
        assert str(session.secret) not in caplog.text

    @pytest.mark.parametrize("status", [400, 401, 422, 429, 500])
    def test_secrets_stay_out_of_errors_and_logs(self, far, session, status, caplog):
        with caplog.at_level(logging.DEBUG):
            error = self.refused(far, session, Failure(Reply(status), echo=True))
        told = f"{error} {error.reason} {error.detail} {error!r} {caplog.text}"
        told += "".join(str(vars(record)) for record in caplog.records)
        held = [str(value) for value in session.secret.values() if len(str(value)) > 12 and "://" not in str(value)]
        assert held
        assert not [secret for secret in held if secret in told]
