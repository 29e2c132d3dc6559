"""The media library: what there is, one file with everything about it, the bin, folders."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from libsocial.accounts import policies
from libsocial.audit import selectors as trail
from libsocial.core import asked
from libsocial.core.flash import flash
from posts import composer_files, edits, library, licences
from posts.media_forms import AssetForm
from posts.models import Asset, Folder
from posts.services import arriving, binning, consenting, media, replacing
from posts.services import library as keeping
from posts.services.media import Refused

PAGE = 48


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Grid or list of the files the person may see, found by words and filters."""
    unit, filters = getattr(request, "unit", None), library.filters_of(request.GET)
    assets = library.assets_for(request.user, unit, filters)
    shown = Paginator(assets.select_related("unit", "folder"), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "rows": [(asset, composer_files.asset_json(asset, brief=True), library.state_of(asset)) for asset in shown],
        "filters": filters,
        "folders": list(library.folders_for(request.user, unit)),
        "tags": library.tags_for(Asset.objects.visible_to(request.user).living()),
        "kinds": library.KINDS,
        "only": library.SHOWN,
        "sorts": library.SORTS,
        "licences": [(key, licences.label(key)) for key in licences.LICENCES],
        "units": list(policies.units_where(request.user, "post.write")),
        "binned": library.binned_for(request.user, unit).count(),
        "arriving": arriving.waiting_for(request.user),
        "words": composer_files.upload_words(),
        "limits": composer_files.upload_limits(),
    }
    return render(request, "posts/media/page.html", context)


@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Files without script: each is taken or named with its reason."""
    wanted = asked.number(request.POST.get("unit"))
    unit = get_object_or_404(policies.units_where(request.user, "post.write"), pk=wanted)
    added = 0
    for file in request.FILES.getlist("file"):
        try:
            media.upload(by=request.user, unit=unit, file=file)
            added += 1
        except Refused as error:
            flash(request, f"{file.name}: {error}", level="error")
    if added:
        flash(request, ngettext("%(n)s file added.", "%(n)s files added.", added) % {"n": added})
    elif not request.FILES:
        flash(request, _("No file arrived. Choose it again."), level="error")
    return redirect("posts:media")


@login_required
@require_POST
def do(request: HttpRequest) -> HttpResponse:
    """One act on the chosen files: tag, move, put into the bin, bring back."""
    said = request.POST if "do" in request.POST else request.GET
    assets = list(
        Asset.objects.visible_to(request.user)
        .select_related("unit")
        .filter(pk__in=asked.numbers(said.getlist("asset"))[:500])
    )
    try:
        if not assets:
            raise Refused(_("Choose the files first: each has a box to tick."))
        _done(request, said.get("do", ""), assets)
    except Refused as error:
        flash(request, str(error), level="error")
    return redirect(_back(request))


def _done(request: HttpRequest, name: str, assets: list[Asset]) -> None:
    by = request.user
    if name == "tag":
        n = keeping.tag(assets=assets, by=by, tags=request.POST.get("tags", ""))
        flash(request, ngettext("%(n)s file tagged.", "%(n)s files tagged.", n) % {"n": n})
    elif name == "move":
        folder = _folder(request, assets[0])
        n = keeping.move(assets=assets, by=by, folder=folder)
        flash(request, ngettext("%(n)s file moved.", "%(n)s files moved.", n) % {"n": n})
    elif name == "consent":
        n = consenting.note(assets=assets, by=by, where=request.POST.get("consent", ""))
        flash(request, ngettext("Permission noted for %(n)s file.", "Permission noted for %(n)s files.", n) % {"n": n})
    elif name == "bin":
        n = binning.throw(assets=assets, by=by)
        undo = "&".join(f"asset={asset.pk}" for asset in assets)
        flash(
            request,
            ngettext("%(n)s file put into the bin.", "%(n)s files put into the bin.", n) % {"n": n},
            undo=f"{reverse('posts:media_do')}?do=restore&{undo}",
        )
    elif name == "restore":
        n = binning.restore(assets=assets, by=by)
        flash(request, ngettext("%(n)s file brought back.", "%(n)s files brought back.", n) % {"n": n})
    else:
        raise Http404


def _folder(request: HttpRequest, asset: Asset) -> Folder | None:
    """The chosen folder; a name typed makes one in the unit of the file."""
    if typed := request.POST.get("new_folder", "").strip():
        return keeping.make_folder(unit=asset.unit, by=request.user, name=typed)
    wanted = asked.number(request.POST.get("folder"))
    return get_object_or_404(library.folders_for(request.user), pk=wanted) if wanted else None


def _back(request: HttpRequest) -> str:
    there = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts=None)
    return there if safe and there.startswith("/posts/media/") else reverse("posts:media")


# --- one file ---------------------------------------------------------------


@login_required
def asset(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: large, with its words, rights, use and what may be done with it."""
    found = _asset(request, pk)
    form = AssetForm(request.POST if request.method == "POST" else None, asset=found)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            folder = data["folder"]
            if data["new_folder"].strip():
                folder = keeping.make_folder(unit=found.unit, by=request.user, name=data["new_folder"])
            keeping.describe_fully(asset=found, by=request.user, values=data, tags=data["tags"], folder=folder)
        except Refused as error:
            form.add_error("tags", str(error))
        else:
            flash(request, _("Saved."))
            return redirect("posts:media_asset", pk)
    return _asset_page(request, found, form, status=422 if form.errors else 200)


def _asset(request: HttpRequest, pk: int) -> Asset:
    rows = Asset.objects.visible_to(request.user).select_related("unit", "folder", "uploaded_by", "replaced_by")
    return get_object_or_404(rows, pk=pk)


def _asset_page(request: HttpRequest, found: Asset, form: AssetForm, *, status: int = 200) -> HttpResponse:
    context = {
        "asset": found,
        "shown": composer_files.asset_json(found),
        "form": form,
        "state": library.state_of(found),
        "posts": library.uses_of(found, request.user),
        "lines": trail.about(found),
        "may_write": policies.can(request.user, "post.write", found.unit),
        "may_throw": library.may_throw(found, request.user),
        "licence": licences.LICENCES.get(found.licence),
        "bin_days": binning.KEPT.days,
    } | edits.for_page(edits.read(found.edits))
    return render(request, "posts/media/asset.html", context, status=status)


@login_required
@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Replace a file, cut it, put it into the bin or bring it back; a refusal is a sentence on its page."""
    found = _asset(request, pk)
    step = {"replace": _replace, "bin": _bin, "restore": _restore, "shape": _shape, "refuse": _refuse}.get(name)
    if step is None:
        raise Http404
    try:
        return step(request, found)
    except Refused as error:
        flash(request, str(error), level="error")
        return redirect("posts:media_asset", pk)


def _replace(request: HttpRequest, found: Asset) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise Refused(_("No file arrived. Choose it again."))
    done = replacing.replace_file(asset=found, by=request.user, file=file)
    flash(
        request,
        _("Replaced. Drafts that show the new file: %(drafts)s. Posts that keep the old one: %(left)s.")
        % {"drafts": done.drafts, "left": done.left},
    )
    return redirect("posts:media_asset", done.asset.pk)


def _bin(request: HttpRequest, found: Asset) -> HttpResponse:
    binning.throw(assets=[found], by=request.user)
    flash(request, _("Put into the bin."), undo=reverse("posts:media_act", args=[found.pk, "restore"]))
    return redirect("posts:media")


def _restore(request: HttpRequest, found: Asset) -> HttpResponse:
    binning.restore(assets=[found], by=request.user)
    flash(request, _("Brought back."))
    return redirect("posts:media_asset", found.pk)


@login_required
@require_safe
def refuse_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Before a picture goes for good: which posts lose it, and which still show it."""
    found = _asset(request, pk)
    if not library.may_throw(found, request.user):
        raise policies.NotAllowed("media.manage")
    posts = consenting.touched(found)
    out = consenting.left_already(posts)
    context = {
        "asset": found,
        "shown": composer_files.asset_json(found),
        "posts": [post for post in posts if post.pk not in out],
        "left": [post for post in posts if post.pk in out],
    }
    return render(request, "posts/media/refuse.html", context)


def _refuse(request: HttpRequest, found: Asset) -> HttpResponse:
    done = consenting.refuse(asset=found, by=request.user)
    n = len(done.changed)
    if n:
        flash(request, ngettext("Taken out of %(n)s post.", "Taken out of %(n)s posts.", n) % {"n": n})
    if done.deleted:
        flash(request, _("The picture is deleted."))
        return redirect("posts:media")
    names = ", ".join(f"“{post.title}”" for post in done.left)
    said = _("It is still shown by %(names)s. Remove it there; the file lies in the bin meanwhile.") % {"names": names}
    flash(request, said, level="warning")
    return redirect("posts:media_asset", found.pk)


def _shape(request: HttpRequest, found: Asset) -> HttpResponse:
    cut = None if request.POST.get("do") == "whole" else edits.of_form(request.POST)
    keeping.shape(asset=found, by=request.user, edits=cut)
    flash(request, _("Saved. Posts the picture is added to from now on show it like this."))
    return redirect("posts:media_asset", found.pk)


# --- the bin and folders ----------------------------------------------------


@login_required
@require_safe
def bin_page(request: HttpRequest) -> HttpResponse:
    """What was thrown away, with the day it goes for good."""
    binned = library.binned_for(request.user, getattr(request, "unit", None))
    shown = Paginator(binned, PAGE).get_page(request.GET.get("page"))
    rows = [(asset, composer_files.asset_json(asset, brief=True), asset.binned_at + binning.KEPT) for asset in shown]
    return render(request, "posts/media/bin.html", {"page": shown, "rows": rows, "days": binning.KEPT.days})


@login_required
@require_POST
def folder(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name for a folder, or its end; its files stay."""
    found = get_object_or_404(library.folders_for(request.user), pk=pk)
    try:
        if request.POST.get("do") == "remove":
            keeping.remove_folder(folder=found, by=request.user)
            flash(request, _("The folder is gone. Its files are still in the library."))
            return redirect("posts:media")
        keeping.rename_folder(folder=found, by=request.user, name=request.POST.get("name", ""))
        flash(request, _("Renamed."))
    except Refused as error:
        flash(request, str(error), level="error")
    return redirect(f"{reverse('posts:media')}?folder={pk}")
