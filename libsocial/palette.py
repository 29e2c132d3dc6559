"""The command palette: what the words typed into it find, as a list to choose from."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from libsocial import finding
from libsocial.core import asked


@require_safe
@login_required
def palette(request: HttpRequest) -> HttpResponse:
    """A part for the dialog; without words the places one may go to."""
    words = asked.words(request.GET.get("q"))
    return render(request, "shell/_found.html", {"groups": finding.find(request, words), "words": words})
