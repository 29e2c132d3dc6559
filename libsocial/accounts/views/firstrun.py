from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from libsocial.accounts import firstrun
from libsocial.accounts.errors import Refused
from libsocial.accounts.forms import FirstRunForm, put_refusal
from libsocial.accounts.models import User
from libsocial.accounts.services import house

BACKEND = "django.contrib.auth.backends.ModelBackend"


def sign_in(request: HttpRequest, person: User) -> None:
    """Signs in the browser in which somebody just chose their password."""
    login(request, person, backend=BACKEND)
    UserSession.objects.create_from_request(request)


@never_cache
@sensitive_post_parameters("code", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: HttpRequest) -> HttpResponse:
    """Names the library and makes its first administrator; afterwards this page leads to the front door."""
    if not firstrun.is_needed():
        return redirect("/")
    form = FirstRunForm(request.POST or None)
    if request.method == "POST" and _code_is_right(request, form) and form.is_valid():
        person = _open(form)
        if person is not None:
            sign_in(request, person)
            return redirect("/")
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "accounts/first_run.html", {"form": form}, status=status)


def _code_is_right(request: HttpRequest, form: FirstRunForm) -> bool:
    """Asked before anything else, so that a stranger learns nothing from the other fields."""
    address = get_adapter().get_client_ip(request) or ""  # what our proxy says, and nobody else
    if not firstrun.may_try(address):
        form.add_error("code", _("Too many wrong codes. Wait ten minutes, then try again. Nothing was changed."))
        return False
    if firstrun.is_right(form.data.get("code", "")):
        return True
    firstrun.note_wrong(address)
    sentence = _("This is not the code. Look in the terminal in which LibSocial was started. Nothing was changed.")
    form.add_error("code", sentence)
    return False


def _open(form: FirstRunForm) -> User | None:
    values = {name: value for name, value in form.cleaned_data.items() if name != "code"}
    try:
        return house.open_library(**values)
    except Refused as refusal:
        put_refusal(form, refusal)
        return None
