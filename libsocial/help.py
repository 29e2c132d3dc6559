"""The help page: how things go here, in the order a newcomer meets them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_required
def help_page(request: HttpRequest) -> HttpResponse:
    """One page, readable without script, printable for the desk."""
    return render(request, "pages/help.html")
