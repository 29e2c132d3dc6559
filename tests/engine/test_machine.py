"""The wire machine, tested from its own table: every state with every action, on real rows."""

from __future__ import annotations

import pytest

from channels_app.models import Channel
from libsocial.audit.models import Entry
from libsocial.audit.sentences import SENTENCES
from libsocial.core.states import TransitionError
from libsocial.notices.catalogue import MESSAGES, render
from libsocial.notices.models import Notice
from scheduler import messages, settling
from scheduler.actions import _BY_STATE, actions_for
from scheduler.models import Delivery
from scheduler.settling import LeaseLost
from scheduler.states import DUE, MACHINE, MAY_CANCEL, OPEN
from scheduler.verdicts import Verdict
from tests.cast import Library
from tests.engine.story import fresh, planned

pytestmark = pytest.mark.django_db
PAIRS = [pytest.param(*pair, id=f"{pair[0]}-{pair[1]}") for pair in MACHINE.pairs()]
# Told by the attempts alone, not by the trail.
SILENT = {"claim", "process", "postpone", "lose"}
ENDS = {"published", "failed", "cancelled", "expired", "removed"}


def in_state(channel: Channel, state: str) -> Delivery:
    delivery = planned(channel)
    Delivery.objects.filter(pk=delivery.pk).update(state=state)
    return fresh(delivery)


@pytest.mark.parametrize(("state", "action", "target"), PAIRS)
def test_every_state_with_every_action(state: str, action: str, target: str | None, channel: Channel) -> None:
    delivery = in_state(channel, state)
    before = Delivery.objects.filter(pk=delivery.pk).values().get()
    if target is None:
        with pytest.raises(TransitionError):
            MACHINE.move(delivery, action, message="changed")
        assert Delivery.objects.filter(pk=delivery.pk).values().get() == before, "a refused move writes nothing"
    else:
        MACHINE.move(delivery, action, message="changed")
        assert (fresh(delivery).state, fresh(delivery).message) == (target, "changed")


@pytest.mark.parametrize(("state", "action", "target"), [pair for pair in PAIRS if pair.values[1] != "claim"])
def test_settling_writes_state_trail_and_notice_together_or_nothing(
    state: str, action: str, target: str | None, channel: Channel, lib: Library
) -> None:
    delivery = in_state(channel, state)
    Entry.objects.all()._raw_delete("default")
    message = "" if action in ("publish", "cancel", "remove") else "delivery.temporary"
    if target is None:
        with pytest.raises(LeaseLost):
            settling.settle(delivery, Verdict(action, message))
        assert fresh(delivery).state == state
        assert not Entry.objects.exists()
        assert not Notice.objects.exists()
        return
    assert settling.settle(delivery, Verdict(action, message)) == target
    row = fresh(delivery)
    assert (row.settled_at is not None) == (target in ENDS)
    assert (row.next_at is None) == (target in ENDS | {"needs_person"})
    assert Entry.objects.count() == (action not in SILENT)
    assert Notice.objects.exists() == (action in settling.TOLD)


@pytest.mark.parametrize("state", sorted(MACHINE.states))
def test_somebody_was_faster(state: str, channel: Channel) -> None:
    """A row read in one state and changed since is left alone by every action."""
    delivery = in_state(channel, state)
    Delivery.objects.filter(pk=delivery.pk).update(attempts_made=1)
    for action in MACHINE.actions_from(state) - {"claim"}:
        with pytest.raises(LeaseLost):
            settling.settle(delivery, Verdict(action))
    assert fresh(delivery).state == state


def test_every_action_has_its_line_in_the_trail_or_is_known_to_be_silent() -> None:
    assert set(settling.TRAIL) | SILENT == MACHINE.actions
    assert not set(settling.TRAIL) & SILENT
    assert set(settling.TRAIL.values()) <= SENTENCES.keys()


@pytest.mark.parametrize("state", sorted(MACHINE.states))
def test_buttons_are_moves_the_machine_allows(state: str, channel: Channel, lib: Library) -> None:
    for _button, action in _BY_STATE.get(state, ()):
        assert MACHINE.allows(state, action)
    assert actions_for(in_state(channel, state), lib.alice) == []
    names = [button.name for button in actions_for(in_state(channel, state), lib.erin)]
    assert ("cancel" in names) == (state in MAY_CANCEL)


def test_the_sets_of_states_fit_the_table() -> None:
    ends = {state for state in MACHINE.states if not MACHINE.actions_from(state)}
    assert ends == {"cancelled", "expired", "removed"}
    assert set(OPEN) == MACHINE.states - ends - {"published"}
    assert MACHINE.states_allowing("claim") == set(DUE)


@pytest.mark.parametrize("message", sorted(messages.MESSAGES))
def test_every_message_reads_as_a_sentence(message: str) -> None:
    said = render(
        message,
        {"title": "Story time", "channel": "Paper", "reason": "", "tries": 12, "look_at": "there", "what": "all"},
    )
    assert MESSAGES[message].severity in {"good", "info", "caution", "bad", "unsure", "still"}
    for text in (said.heading, said.body):
        assert text
        assert "{" not in text and "%" not in text
        assert "  " not in text
