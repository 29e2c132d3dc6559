"""The client of the Graph interface: facebook-sdk's, taught what it does not know.

facebook-sdk 3.1.0 is from 2018. It refuses every version of today, writes keys into addresses, drops the HTTP status
and the headers, and stumbles over answers that are no JSON. So it is subclassed once, here: it asks through our own
door (host, time-outs, key in a header, `appsecret_proof`), the version is set by hand, and what comes back is an
Answer with everything in it. Its names for what Graph can do stay.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

import facebook
import requests
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.errors import Rejected, Temporary
from channels_app.platforms import _graph
from channels_app.platforms._graph import Meaning
from channels_app.platforms._wire import Answer, Wire

NAME = "Facebook"
HOSTS = {
    "api": "https://graph.facebook.com",
    "upload": "https://rupload.facebook.com",
    "sign_in": "https://www.facebook.com",
}
PER_PAGE = 100
_ANSWERED_AS = "facebook-api-version"
log = logging.getLogger(__name__)

# Of a request that creates something on the Page itself: the Page is there, our key does not see it.
ON_THE_PAGE: Mapping[int, Meaning] = {
    33: Meaning(
        "person",
        reason=gettext_lazy("Facebook does not show us this Page any more. Sign in again and tick the Page."),
    ),
}


class _Read:
    """An answer as the SDK wants to read it: always JSON, which was read before, once and with care."""

    headers = {"content-type": "application/json"}

    def __init__(self, data: Any) -> None:
        self._data = data

    def json(self) -> Any:
        return self._data


class _Door:
    """Stands where the SDK expects its session. Keeps the last answer whole."""

    def __init__(self, wire: Wire, host: str, token: str, proof: str) -> None:
        self.wire, self.host, self.token, self.proof = wire, host, token, proof
        self.creating = False
        self.answer = Answer(0, None, {}, "")

    def request(self, method: str, url: str, *, params: Any = None, data: Any = None, **how: Any) -> _Read:
        """`how` brings `files`; the SDK's time-out and proxies are our own door's business."""
        query, form, headers = dict(params or {}), dict(data or {}), {}
        for place in (query, form):
            if self.token and place.get("access_token") == self.token:
                del place["access_token"]
                headers["Authorization"] = f"Bearer {self.token}"
        if headers and self.proof:
            (form if method == "POST" else query)["appsecret_proof"] = self.proof
        url = f"{self.host}/{url.removeprefix(facebook.FACEBOOK_GRAPH_URL)}"
        how = {"params": query, "data": form or None, "files": how.get("files"), "headers": headers}
        self.answer = _graph.told(self.wire, self.wire.ask(method, url, creating=self.creating, **how))
        return _Read(self.answer.data)


class Graph(facebook.GraphAPI):
    """One key, one version. Every question answers with an Answer; `raise_for` says what it means.

    `app` are the keys of our application, `secrets` what else must never stand in an error.
    """

    def __init__(
        self,
        http: requests.Session,
        host: str,
        version: str,
        app: Mapping[str, str],
        token: str = "",
        secrets: Iterable[str] = (),
    ) -> None:
        self.app_secret = app.get("client_secret", "")
        proof = proof_of(token, self.app_secret) if token and self.app_secret else ""
        self.wire = Wire(http, (token, proof, self.app_secret, *secrets))
        self.door = _Door(self.wire, host, token, proof)
        super().__init__(access_token=token or None, session=self.door)
        self.version = version  # the SDK would refuse it as an argument

    def request(
        self,
        path: str,
        args: dict[str, Any] | None = None,
        post_args: dict[str, Any] | None = None,
        files: Any = None,
        method: str | None = None,
        *,
        creating: bool = False,
    ) -> Answer:
        """As the SDK's. Raises Temporary where nothing was sent, Unclear where a creating request has no answer."""
        self.door.creating = creating
        with contextlib.suppress(facebook.GraphAPIError):  # it knows the code alone; the Answer holds all
            super().request(path, args, post_args, files, method)
        used = str(self.door.answer.headers.get(_ANSWERED_AS, ""))
        if used and used != self.version:
            log.warning("Graph answered in another version", extra={"asked": self.version, "used": used})
        return self.door.answer

    def read(self, path: str, **args: Any) -> Answer:
        """A good answer about one thing, or one of our errors; never Rejected, as a question holds nobody's words."""
        try:
            return good(self.get_object(path, **args))
        except Rejected as error:  # a field that was taken away
            raise Temporary(_("%s does not answer our question.") % NAME, detail=error.detail) from None

    def post(
        self,
        path: str,
        fields: Mapping[str, Any],
        *,
        creating: bool = False,
        files: Any = None,
        meanings: Mapping[int, Meaning] | None = None,
    ) -> Answer:
        """A good answer to a change, or one of our errors."""
        answer = self.request(f"{self.version}/{path}", post_args=form_of(fields), files=files, creating=creating)
        return good(answer, creating=creating, meanings=meanings)

    def listed(self, path: str, pages: int = 1, **args: Any) -> list[dict[str, Any]]:
        """The objects of a list over at most so many pages; its address of the next page, which may hold a key and
        lead anywhere, is not followed."""
        found: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        for _page in range(pages):
            answer = self.read(path, **{"limit": PER_PAGE, **args, **after})
            found += items_of(answer)
            cursor = answer.text("paging", "cursors", "after")
            if not cursor or not has_more(answer):
                break
            after = {"after": cursor}
        return found


def good(answer: Answer, *, creating: bool = False, meanings: Mapping[int, Meaning] | None = None) -> Answer:
    """The answer itself; raises what a refusal means (see _graph)."""
    _graph.raise_for(answer, NAME, creating=creating, meanings=meanings)
    return answer


def items_of(answer: Answer) -> list[dict[str, Any]]:
    """What a list holds. Raises Temporary where the answer is no list."""
    data = answer.fields.get("data")
    if not isinstance(data, list):
        raise unreadable(answer)
    return [item for item in data if isinstance(item, dict)]


def has_more(answer: Answer) -> bool:
    """Is there a page after this one?"""
    return bool(answer.text("paging", "next"))


def unreadable(answer: Answer) -> Temporary:
    return Temporary(_("The answer of %s cannot be read.") % NAME, detail=answer.words)


def proof_of(token: str, app_secret: str) -> str:
    """`appsecret_proof`: shows that who holds the key holds the application's secret too."""
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def form_of(fields: Mapping[str, Any]) -> dict[str, str]:
    """A form as Graph reads it: lists and objects as JSON, booleans in small letters, nothing that is empty."""
    return {name: _written(value) for name, value in fields.items() if value is not None and value != ""}


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def id_of(value: Any) -> str:
    """An id of Graph's, `123` or `123_456`; '' for anything else."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    parts = text.split("_")
    return text if len(parts) <= 2 and all(part.isascii() and part.isdigit() for part in parts) else ""
