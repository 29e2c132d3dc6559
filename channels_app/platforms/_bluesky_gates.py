"""Who may answer and quote a post on Bluesky: records beside it, under its own key.

They are written right after the post, as Bluesky's own app does, since its reading service notes a gate on a post it
knows. Their key is the post's and their moment its moment, so that writing them again changes nothing.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.capabilities import Option
from channels_app.errors import Rejected, Temporary
from channels_app.platforms import _bluesky_records as records
from channels_app.platforms._atproto import POSTS, Line, raise_for

THREADGATE, POSTGATE = "app.bsky.feed.threadgate", "app.bsky.feed.postgate"
_RULES = {
    "followers": ("followerRule",),
    "following": ("followingRule",),
    "mentioned": ("mentionRule",),
    "known": ("followingRule", "mentionRule"),
    "nobody": (),
}
OPTIONS = (
    Option(
        "replies",
        gettext_lazy("Who may answer"),
        "choice",
        choices=(
            ("", gettext_lazy("Everyone")),
            ("followers", gettext_lazy("Followers")),
            ("following", gettext_lazy("Accounts we follow")),
            ("mentioned", gettext_lazy("Accounts mentioned in the post")),
            ("known", gettext_lazy("Accounts we follow or mention")),
            ("nobody", gettext_lazy("Nobody")),
        ),
        help=gettext_lazy("Holds for the whole thread."),
    ),
    Option("no_quotes", gettext_lazy("Nobody may quote it"), "flag", default=False),
)


def wanted(options: dict[str, Any], index: int, did: str, rkey: str, at: str) -> list[dict[str, Any]]:
    """`{"collection", "record"}` of each gate of part `index`. Who may answer is a matter of the first part."""
    post = f"at://{did}/{POSTS}/{rkey}"
    gates = []
    if index == 0 and options.get("replies") in _RULES:
        allow = [{"$type": f"{THREADGATE}#{rule}"} for rule in _RULES[options["replies"]]]
        gates.append(_gate(THREADGATE, post, at, allow=allow))
    if options.get("no_quotes"):
        gates.append(_gate(POSTGATE, post, at, embeddingRules=[{"$type": f"{POSTGATE}#disableRule"}]))
    return gates


def _gate(collection: str, post: str, at: str, **rules: Any) -> dict[str, Any]:
    return {"collection": collection, "record": {"$type": collection, "post": post, "createdAt": at, **rules}}


def write(line: Line, rkey: str, gates: list[dict[str, Any]]) -> None:
    """Writes each once. One a person has made meanwhile stays as it is. Raises Temporary, NeedsReconnect."""
    for gate in gates:
        answer = records.put(line, rkey, gate["record"], collection=gate["collection"])
        if answer.text("error") == "InvalidSwap":
            continue
        try:
            raise_for(answer)
        except Rejected as error:  # the post itself is out: a person must see to it
            reason = _("Bluesky did not take who may answer or quote this post. Set it there by hand.")
            raise Temporary(reason, detail=error.detail) from None


def remove(line: Line, rkey: str, gates: list[dict[str, Any]]) -> None:
    for gate in gates:
        body = {"repo": line.did, "collection": gate["collection"], "rkey": rkey}
        raise_for(line.call("POST", "com.atproto.repo.deleteRecord", json=body))
