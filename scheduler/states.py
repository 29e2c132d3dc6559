"""The wire machine: did it go out?

`held` is what a due delivery becomes while something holds it (a hold, a paused
channel, a channel that must be reconnected); nothing held leaves without a click.
`unclear` means the creating request was sent and the answer is not known.
`processing` goes back to waiting when the next part of a thread may follow, and
`failed` can be removed when some parts of a thread had been published.
"""

from __future__ import annotations

from libsocial.core.states import Machine

MACHINE = Machine(
    "delivery",
    "planned",
    {
        "planned": {"claim": "sending", "cancel": "cancelled", "expire": "expired", "hold": "held"},
        "waiting": {"claim": "sending", "cancel": "cancelled", "expire": "expired", "hold": "held"},
        "held": {"release": "waiting", "cancel": "cancelled", "expire": "expired"},
        "sending": {
            "publish": "published",
            "process": "processing",
            "postpone": "waiting",
            "lose": "unclear",
            "refuse": "failed",
            "hold": "held",
            "expire": "expired",
        },
        "processing": {"publish": "published", "postpone": "waiting", "refuse": "failed", "ask": "needs_person"},
        "unclear": {"publish": "published", "process": "processing", "postpone": "waiting", "ask": "needs_person"},
        "needs_person": {"publish": "published", "postpone": "waiting", "cancel": "cancelled"},
        "failed": {"retry": "waiting", "cancel": "cancelled", "remove": "removed"},
        "published": {"remove": "removed"},
        "cancelled": {},
        "expired": {},
        "removed": {},
    },
)

DUE = ("planned", "waiting")  # dispatch looks at these
OPEN = ("planned", "waiting", "held", "sending", "processing", "unclear", "needs_person", "failed")
MAY_CANCEL = MACHINE.states_allowing("cancel")
MAY_RETRY = MACHINE.states_allowing("retry")
