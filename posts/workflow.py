"""The editorial machine: who may say this?

`actions_for` answers both the buttons and the services: there is no second
opinion on what a person may do with a post.
"""

from __future__ import annotations

from libsocial.core.states import Machine

MACHINE = Machine(
    "post",
    "draft",
    {
        "draft": {"edit": "draft", "submit": "in_review", "withdraw": "withdrawn", "archive": "archived"},
        "in_review": {
            "edit": "draft",
            "approve": "approved",
            "endorse": "in_review",  # one of several approvals
            "request_changes": "changes_requested",
            "recall": "draft",
            "withdraw": "withdrawn",
            "archive": "archived",
        },
        "changes_requested": {
            "edit": "changes_requested",
            "submit": "in_review",
            "withdraw": "withdrawn",
            "archive": "archived",
        },
        "approved": {"edit": "draft", "recall": "draft", "withdraw": "withdrawn", "archive": "archived"},
        "withdrawn": {"edit": "draft", "reopen": "draft", "archive": "archived"},
        "archived": {"reopen": "draft"},
    },
)
