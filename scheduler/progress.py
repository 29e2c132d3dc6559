"""How far a delivery has come, read from its parts: the receipts are the truth, whatever a worker meant to do."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.models import DeliveryPart
from scheduler.verdicts import GOES_ON, PROCESSING, PUBLISHED, Verdict, words


def standing(parts: Sequence[DeliveryPart]) -> Verdict:
    """The verdict the stored receipts alone allow: processing, published, or go on with the next part."""
    if any(part.receipt is not None and part.published_at is None for part in parts):
        return PROCESSING
    return _published(parts) if all(part.receipt is not None for part in parts) else GOES_ON


def _published(parts: Sequence[DeliveryPart]) -> Verdict:
    """With what a person still has to do at the platform (TikTok's drafts), or what it did not take (a film's poster):
    `to_do` and `left_out` of the receipts."""
    told = [part.receipt.get("data", {}) for part in parts if part.receipt is not None]
    if to_do := [words(data["to_do"]) for data in told if data.get("to_do")]:
        return Verdict("publish", "delivery.to_do", {"to_do": to_do[0]})
    left_out = [words(one) for data in told for one in data.get("left_out") or ()]
    return Verdict("publish", "delivery.left_out", {"what": ", ".join(left_out)}) if left_out else PUBLISHED
