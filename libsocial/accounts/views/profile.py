from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from libsocial.accounts import selectors
from libsocial.accounts.forms import ProfileForm
from libsocial.accounts.models import User
from libsocial.accounts.services import people
from libsocial.core.flash import flash


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        people.change_profile(person=request.user, **form.cleaned_data)
        flash(request, _("Saved."))
        return redirect("accounts:profile")
    (worker,) = selectors.with_roles(request.user, [request.user])
    context = {
        "form": form,
        "roles": worker.roles,
        "sessions": UserSession.objects.filter(user=request.user).count(),
        "factors": Authenticator.objects.filter(user=request.user).exclude(type="recovery_codes").count(),
    }
    return render(request, "accounts/profile.html", context)


@require_POST
@login_required
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    people.end_session(person=request.user, session=session)
    flash(request, _("That session was signed out."))
    return redirect("usersessions_list")
