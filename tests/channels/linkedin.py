"""What the tests of LinkedIn share: sessions of a page and of a member, and a post taken all the way."""

from __future__ import annotations

from typing import Any

from channels_app.content import Content
from channels_app.platforms._linkedin_facts import MEMBER_SCOPES, PAGE_SCOPES
from channels_app.platforms.base import Account, Prepared, Receipt
from channels_app.platforms.linkedin import LinkedIn
from tests.contracts.platform import KEY, Contract
from tests.fakes.linkedin import CLIENT, PAGE, PERSON
from tests.fakes.session import TestSession

ADAPTER = LinkedIn()


class Steps(Contract):
    """The contract's own steps, for tests outside it."""

    __test__ = False
    adapter = ADAPTER


def point_at(far: Any, settings: Any) -> None:
    """The adapter asks this far side."""
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    settings.PLATFORM_HOSTS = {
        "LINKEDIN_API": far.url,
        "LINKEDIN_SIGN_IN": f"{far.url}/oauth/v2",
        "LINKEDIN_UPLOAD": far.url,
    }


def page_session(far: Any, **facts: Any) -> TestSession:
    told = {"kind": "page", "scopes": list(PAGE_SCOPES), "member": PERSON, **facts}
    url = "https://www.linkedin.com/company/town-library-111/"
    account = Account(PAGE, "Town Library", "@town-library-111", url, facts=told)
    return TestSession(ADAPTER, account, far.secret(), CLIENT)


def member_session(far: Any, scopes: Any = MEMBER_SCOPES) -> TestSession:
    told = {"kind": "member", "scopes": list(scopes)}
    url = "https://www.linkedin.com/in/ada/"
    return TestSession(ADAPTER, Account(PERSON, "Ada", "@ada", url, facts=told), far.secret(), CLIENT)


def ready(session: TestSession, content: Content, index: int = 0, key: str = KEY) -> Prepared:
    """Prepared to the end, as the engine does it; waits that name a moment are gone through."""
    return Steps().prepare(session, content, index, key)


def send(session: TestSession, content: Content) -> list[Receipt]:
    return Steps().publish(session, content)


def only(far: Any) -> dict[str, Any]:
    (post,) = far.posts.values()
    return post
