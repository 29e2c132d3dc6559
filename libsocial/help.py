"""The help: one page in the order a newcomer meets things, and each chapter alone, beside the page it explains."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from libsocial import chapters


@login_required
def help_page(request: HttpRequest) -> HttpResponse:
    """One page, readable without script, printable for the desk."""
    return render(request, "pages/help.html", {"chapters": chapters.CHAPTERS, "glossary": chapters.GLOSSARY})


@login_required
def help_chapter(request: HttpRequest, key: str) -> HttpResponse:
    """One chapter, for the dialog that opens beside a page."""
    found = chapters.chapter(key)
    if found is None:
        raise Http404
    return render(request, "pages/_chapter.html", {"chapter": found})
