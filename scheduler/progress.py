"""How far a delivery has come, read from its parts: the receipts are the truth, whatever a worker meant to do."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.models import DeliveryPart
from scheduler.verdicts import GOES_ON, PROCESSING, PUBLISHED, Verdict


def standing(parts: Sequence[DeliveryPart]) -> Verdict:
    """The verdict the stored receipts alone allow: processing, published, or go on with the next part."""
    if any(part.receipt is not None and part.published_at is None for part in parts):
        return PROCESSING
    return PUBLISHED if all(part.receipt is not None for part in parts) else GOES_ON
