"""What channels have to say when a unit is put away."""

from __future__ import annotations

from django.utils.translation import gettext as _

from channels_app.models import Channel
from libsocial.accounts.models import Unit


def still_owns(unit: Unit) -> str | None:
    """A unit that is put away would take its channels out of everybody's sight while they still publish."""
    names = list(Channel.objects.living().filter(unit=unit).values_list("name", flat=True)[:5])
    if not names:
        return None
    return _("It still owns channels (%(names)s). Disconnect them first.") % {"names": ", ".join(names)}
