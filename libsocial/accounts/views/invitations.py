from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from libsocial.accounts import policies, selectors
from libsocial.accounts.errors import Refused
from libsocial.accounts.forms import AcceptForm, InviteForm, put_refusal
from libsocial.accounts.models import Invitation, User
from libsocial.accounts.services import invitations
from libsocial.accounts.views.firstrun import sign_in
from libsocial.accounts.views.pages import mail_works, refuse
from libsocial.core.flash import flash

GONE = 410


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    units = selectors.units_to_manage(request.user, "people.manage")
    if not units.exists():
        raise policies.NotAllowed("people.manage")
    initial = {"unit": request.unit} if request.unit else {}
    form = InviteForm(request.POST or None, units=units, mail=mail_works(), initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = invitations.invite(by=request.user, by_mail=values.pop("by_mail", False), **values)
        except Refused as refusal:
            put_refusal(form, refusal)
        else:
            return _show(request, made)
    return render(request, "accounts/invite.html", {"form": form})


def _show(request: HttpRequest, made: invitations.Made) -> HttpResponse:
    """The link stands on this one answer and nowhere else."""
    context = {"invitation": made.invitation, "link": made.link, "mail_works": mail_works()}
    response = render(request, "accounts/invited.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@login_required
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the mail with the link came, asked again and again by the page that shows the link."""
    invitation = _mine(request, pk)
    if invitation.letter and invitation.letter.mail_state == request.GET.get("seen"):
        return HttpResponse(status=204)  # no news: nothing is drawn and nothing is read out again
    return render(request, "accounts/_invitation_mail.html", {"invitation": invitation})


def _mine(request: HttpRequest, pk: int) -> Invitation:
    return get_object_or_404(selectors.invitations(request.user), pk=pk)


@login_required
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        made = invitations.renew(by=request.user, invitation=_mine(request, pk), by_mail=mail_works())
    except Refused as refusal:
        return refuse(request, refusal, "accounts:people")
    return _show(request, made)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = _mine(request, pk)
    try:
        invitations.revoke(by=request.user, invitation=invitation)
    except Refused as refusal:
        return refuse(request, refusal, "accounts:people")
    flash(request, _("The invitation of %(email)s no longer works.") % {"email": invitation.email})
    return redirect("accounts:people")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    invitation = invitations.find(token)
    if invitation is None:
        return render(request, "accounts/invitation_gone.html", status=GONE)
    if request.user.is_authenticated:
        return _accept_known(request, invitation)
    if User.objects.filter(email__iexact=invitation.email).exists():
        return _ask_to_sign_in(request, invitation)
    return _accept_new(request, invitation)


def _accept_known(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    context = {"invitation": invitation, "other": request.user.email.lower() != invitation.email}
    if request.method != "POST" or context["other"]:
        return render(request, "accounts/accept_known.html", context)
    try:
        invitations.accept_as_known(invitation=invitation, person=request.user)
    except Refused:
        return render(request, "accounts/invitation_gone.html", status=GONE)
    return _welcome(request, invitation)


def _ask_to_sign_in(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    sign_in_url = f"{reverse('account_login')}?next={request.path}"
    return render(request, "accounts/accept_known.html", {"invitation": invitation, "sign_in_url": sign_in_url})


def _accept_new(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = AcceptForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        try:
            person = invitations.accept_as_new(
                invitation=invitation,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password"],
                language=get_language() or "",
            )
        except Refused as refusal:
            # Used up between the look and the click, or the address got an account meanwhile.
            flash(request, str(refusal), level="error")
            return redirect(request.path)
        sign_in(request, person)
        return _welcome(request, invitation)
    return render(request, "accounts/accept.html", {"form": form, "invitation": invitation})


def _welcome(request: HttpRequest, invitation: Invitation) -> HttpResponseRedirect:
    flash(request, _("Welcome to %(unit)s.") % {"unit": invitation.unit.name})
    return HttpResponseRedirect("/")
