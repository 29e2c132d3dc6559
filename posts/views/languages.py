"""Languages: who reviews them in a unit, its glossary, and the yes to a language of one post."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from libsocial.accounts import policies
from libsocial.accounts.models import Unit
from libsocial.core import asked
from libsocial.core.flash import flash
from posts import languages as tags
from posts import selectors, tongues
from posts.forms_languages import ReviewerForm, TermForm
from posts.models import GlossaryTerm, LanguageReviewer
from posts.services import languages
from posts.workflow import NotPossible


@login_required
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Reviewers and glossary of a unit, with what it takes over from the units above."""
    return _page(request, _unit(request, pk))


def _unit(request: HttpRequest, pk: int) -> Unit:
    return get_object_or_404(policies.units_where(request.user, "post.see"), pk=pk)


def _page(request: HttpRequest, unit: Unit, status: int = 200, **given: forms.Form) -> HttpResponse:
    above = [int(part) for part in unit.path.strip("/").split("/")]
    reviewers = LanguageReviewer.objects.filter(unit__in=above).select_related("unit", "person")
    terms = GlossaryTerm.objects.filter(unit__in=above).select_related("unit")
    context: dict[str, Any] = {
        "unit": unit,
        "reviewers": [(row, tags.called(row.language)) for row in reviewers],
        "terms": [(row, tags.called(row.language), tags.direction(row.language)) for row in terms],
        "may_name": policies.can(request.user, "unit.manage", unit),
        "may_keep": policies.can(request.user, "post.edit_any", unit),
        "reviewer_form": ReviewerForm(people=tongues.people_to_name(unit)),
        "term_form": TermForm(),
        **given,
    }
    return render(request, "posts/languages.html", context, status=status)


@login_required
@require_POST
def reviewer(request: HttpRequest, pk: int) -> HttpResponse:
    """Names a reviewer, or with `gone` takes one off."""
    unit = _unit(request, pk)
    if gone := asked.number(request.POST.get("gone")):
        languages.dismiss_reviewer(by=request.user, row=get_object_or_404(LanguageReviewer, pk=gone, unit=unit))
        flash(request, _("They no longer review this language here."))
        return redirect("posts:languages", unit.pk)
    form = ReviewerForm(request.POST, people=tongues.people_to_name(unit))
    return _kept(request, unit, "reviewer_form", form, languages.name_reviewer)


@login_required
@require_POST
def term(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps an entry of the glossary, or with `gone` drops one."""
    unit = _unit(request, pk)
    if gone := asked.number(request.POST.get("gone")):
        languages.drop_term(by=request.user, row=get_object_or_404(GlossaryTerm, pk=gone, unit=unit))
        flash(request, _("Taken out of the glossary."))
        return redirect("posts:languages", unit.pk)
    return _kept(request, unit, "term_form", TermForm(request.POST), languages.keep_term)


def _kept(request: HttpRequest, unit: Unit, name: str, form: forms.Form, service: Any) -> HttpResponse:
    """Saves a form; what is wrong stands beside its field and what was typed stays."""
    if form.is_valid():
        try:
            service(by=request.user, unit=unit, **form.cleaned_data)
        except languages.Refused as error:
            form.add_error(error.field or None, str(error))
        else:
            flash(request, _("Saved."))
            return redirect("posts:languages", unit.pk)
    return _page(request, unit, 422, **{name: form})


@login_required
@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """A reviewer's yes to one language of a post, as they had it before them."""
    post = selectors.get_post(request.user, pk)
    source, text = asked.words(request.POST.get("source")), asked.words(request.POST.get("text"))
    tag = asked.words(request.POST.get("language"))
    try:
        languages.review(post=post, by=request.user, language=tag, source=source, text=text)
        flash(request, _("%(language)s is reviewed.") % {"language": tags.called(tag)})
    except NotPossible as error:
        flash(request, str(error), level="error")
    return redirect("posts:detail", post.pk)
