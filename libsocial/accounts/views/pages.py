"""What several pages of this area share."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from libsocial.accounts.errors import Refused
from libsocial.core.flash import flash


def mail_works() -> bool:
    return settings.MAIL_CONFIGURED


def refuse(request: HttpRequest, refusal: Refused, to: str, *args: object) -> HttpResponseRedirect:
    """Back to the page with the sentence that says why nothing was done."""
    flash(request, str(refusal), level="error")
    return redirect(to, *args)


def back_to(request: HttpRequest, default: str = "/") -> HttpResponseRedirect:
    """To the address in `next` when it is one of ours."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(wanted if safe else resolve_url(default))
