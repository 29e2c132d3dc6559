"""Pages of what colleagues write with: one list and one form for each kind, and starting from a template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from libsocial.accounts import policies
from libsocial.accounts.models import Unit
from libsocial.core import asked
from libsocial.core.flash import flash
from posts import emojis, fields, kit, kit_forms, selectors
from posts.checks import letters
from posts.composer import Composer
from posts.drafting import Draft
from posts.models import BannedTag, NamedAccount, Snippet, TagSet, Template
from posts.models.kit import KitRow
from posts.own_templates import OURS
from posts.services import kit as keeping


@dataclass(frozen=True)
class Kind:
    """One kind of row: its table, its form, and what pages call it."""

    name: str
    model: type[KitRow]
    form: type[kit_forms.KitForm]
    label: str | Promise
    lead: str | Promise
    add: str | Promise
    none: str | Promise
    icon: str


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "templates",
            Template,
            kit_forms.TemplateForm,
            gettext_lazy("Templates"),
            gettext_lazy("Posts you write again and again: start from one, fill in what is new."),
            gettext_lazy("New template"),
            gettext_lazy("No templates yet"),
            "layout-template",
        ),
        Kind(
            "snippets",
            Snippet,
            kit_forms.SnippetForm,
            gettext_lazy("Snippets"),
            gettext_lazy("What a branch says of itself, and words you use often. Written once, right everywhere."),
            gettext_lazy("New snippet"),
            gettext_lazy("No snippets yet"),
            "braces",
        ),
        Kind(
            "hashtags",
            TagSet,
            kit_forms.TagSetForm,
            gettext_lazy("Hashtags"),
            gettext_lazy("Sets of hashtags that go together, suggested while somebody types."),
            gettext_lazy("New set"),
            gettext_lazy("No hashtags yet"),
            "hash",
        ),
        Kind(
            "banned",
            BannedTag,
            kit_forms.BannedForm,
            gettext_lazy("Not used"),
            gettext_lazy("Hashtags your library does not use, with the reason. A post with one cannot be sent."),
            gettext_lazy("Add a hashtag"),
            gettext_lazy("No hashtag is banned"),
            "ban",
        ),
        Kind(
            "names",
            NamedAccount,
            kit_forms.NamedAccountForm,
            gettext_lazy("Names"),
            gettext_lazy("Whom you mention: one name in the text, the right handle on each channel."),
            gettext_lazy("New name"),
            gettext_lazy("Nobody is in the address book yet"),
            "at-sign",
        ),
    )
}


@login_required
@require_safe
def index(request: HttpRequest, kind: str) -> HttpResponse:
    """What there is of one kind, for everybody who writes; those who look after it may change it."""
    _may_look(request)
    one = _kind(kind)
    rows = one.model.objects.visible_to(request.user).select_related("unit", "changed_by")
    if unit := getattr(request, "unit", None):
        rows = rows.filter(unit__in=Unit.objects.filter(pk__in=keepable(unit)))
    manageable = {unit.pk for unit in kit.units_to_manage(request.user)}
    found = list(rows)
    there = {row.ours for row in found if isinstance(row, Template)}
    context = {
        "kind": one,
        "kinds": KINDS.values(),
        "rows": [row for row in found if row.archived_at is None],
        "archived": [row for row in found if row.archived_at and row.unit_id in manageable],
        "manageable": manageable,
        "ours_missing": one.name == "templates" and manageable and set(OURS) - there,
        "writes": policies.can_anywhere(request.user, "post.write"),
        "facts": fields.FACTS,
    }
    return render(request, "posts/kit/index.html", context)


def keepable(unit: Unit) -> set[int]:
    """The units whose rows a page about one unit shows: above it, itself, below it."""
    below = Unit.objects.filter(path__startswith=unit.path).values_list("pk", flat=True)
    return {int(part) for part in unit.path.strip("/").split("/") if part} | set(below)


@login_required
def entry(request: HttpRequest, kind: str, pk: int = 0) -> HttpResponse:
    """The form of one row, new or known."""
    one = _kind(kind)
    row = _row(request, one, pk) if pk else _fresh(request, one)
    units = kit.units_to_manage(request.user)
    policies.require(request.user, "kit.manage", row.unit)
    form = one.form(request.POST or None, row=row, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            keeping.keep(row=row, by=request.user, unit=form.cleaned_data["unit"], values=form.values())
        except keeping.NotKept as error:
            form.add_error(error.field if error.field in form.fields else "name", str(error))
        else:
            flash(request, _("“%(name)s” is kept.") % {"name": row.name})
            return redirect("posts:kit", kind)
    context = {"kind": one, "form": form, "row": row if pk else None}
    return render(request, "posts/kit/entry.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def act(request: HttpRequest, kind: str, pk: int, name: str) -> HttpResponse:
    """Puts a row away, or brings it back."""
    row = _row(request, _kind(kind), pk)
    try:
        if name == "archive":
            keeping.archive(row=row, by=request.user)
            undo = reverse("posts:kit_act", args=[kind, pk, "restore"])
            flash(request, _("“%(name)s” was put away.") % {"name": row.name}, undo=undo)
        elif name == "restore":
            keeping.restore(row=row, by=request.user)
            flash(request, _("“%(name)s” is back.") % {"name": row.name})
        else:
            raise Http404
    except keeping.NotKept as error:
        flash(request, str(error), level="error")
    return redirect("posts:kit", kind)


@login_required
@require_POST
def ours(request: HttpRequest) -> HttpResponse:
    """Adds the product's own templates to the chosen unit, or the highest one the person looks after."""
    units = kit.units_to_manage(request.user)
    chosen = getattr(request, "unit", None)
    if not units:
        raise policies.NotAllowed("kit.manage")
    count = keeping.add_ours(by=request.user, unit=chosen if chosen in units else units[0])
    flash(request, _("%(n)s templates were added. Change them as you like.") % {"n": count})
    return redirect("posts:kit", "templates")


@login_required
def use(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for what a template leaves open, then makes the draft and opens it."""
    template = Template.objects.visible_to(request.user).living().select_related("unit").filter(pk=pk).first()
    units = [unit for unit in policies.units_where(request.user, "post.write") if template and _holds(template, unit)]
    if template is None:
        raise Http404
    if not units:
        raise policies.NotAllowed("post.write")
    unit = _chosen(request, units)
    facts = kit.facts_of(unit)
    draft = Draft.from_json(template.body)
    asked_for = fields.asked_by(draft, facts)
    form = kit_forms.StartForm(request.POST if "start" in request.POST else None, asked=asked_for, facts=facts)
    if request.method == "POST" and "start" in request.POST and form.is_valid():
        words = form.words(draft.language or unit.language)
        channels = Composer.preselected(request.user, unit, selectors.offered_channels(unit))
        post = keeping.begin(template=template, by=request.user, unit=unit, values=words, channels=channels)
        return redirect("posts:edit", post.pk)
    context = {"template": template, "form": form, "unit": unit, "units": units, "text": draft.parts[0].text}
    known = [(fields.Asked(one.key, "fact").label, facts[one.key]) for one in asked_for if facts.get(one.key)]
    return render(request, "posts/kit/use.html", context | {"known": known}, status=422 if form.errors else 200)


@login_required
@require_POST
def keep_post(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps a post as a template."""
    post = selectors.get_post(request.user, pk)
    try:
        row = keeping.template_of(post=post, by=request.user, name=request.POST.get("template_name", ""))
    except keeping.NotKept as error:
        flash(request, str(error), level="error")
        return redirect("posts:detail", post.pk)
    flash(request, _("Kept as a template. Put a field such as {title} where the words change each time."))
    return redirect("posts:kit_entry", "templates", row.pk)


@login_required
@require_POST
def copy_for(request: HttpRequest, pk: int) -> HttpResponse:
    """The post once more for another unit."""
    post = selectors.get_post(request.user, pk)
    wanted = asked.number(request.POST.get("for_unit"))
    unit = policies.units_where(request.user, "post.write").filter(pk=wanted or 0).first()
    if unit is None:
        flash(request, _("Choose one of your units."), level="error")
        return redirect("posts:detail", post.pk)
    made = keeping.copy_for(post=post, by=request.user, unit=unit)
    flash(request, _("This is the copy for %(unit)s, without times.") % {"unit": unit.name})
    return redirect("posts:edit", made.pk)


@login_required
@require_safe
def data(request: HttpRequest) -> JsonResponse:
    """What the composer inserts and suggests in a unit the person writes for."""
    wanted = asked.number(request.GET.get("unit"))
    unit = policies.units_where(request.user, "post.write").filter(pk=wanted or 0).first()
    if unit is None:
        raise Http404
    return JsonResponse(kit.data_for(unit))


@login_required
@require_safe
def tag(request: HttpRequest) -> JsonResponse:
    """How a hashtag in small letters is read word by word; '' where there is nothing better."""
    answer = JsonResponse({"better": letters.reading_form(request.GET.get("tag", ""))})
    patch_cache_control(answer, private=True, max_age=24 * 3600)
    return answer


@login_required
@require_safe
def emoji_names(request: HttpRequest) -> JsonResponse:
    """Every emoji with its name in the language of the page, by groups; kept by the browser for a week."""
    language = get_language() or "en"
    found = {"emoji": emojis.named(language), "groups": emojis.groups(language)}
    answer = JsonResponse(found, json_dumps_params={"ensure_ascii": False})
    patch_cache_control(answer, private=True, max_age=7 * 24 * 3600)
    return answer


# --- what an address names ----------------------------------------------------


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def _may_look(request: HttpRequest) -> None:
    if not policies.can_anywhere(request.user, "post.see"):
        raise policies.NotAllowed("post.see")


def _row(request: HttpRequest, kind: Kind, pk: int) -> Any:
    row = kind.model.objects.visible_to(request.user).select_related("unit").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _fresh(request: HttpRequest, kind: Kind) -> KitRow:
    units = kit.units_to_manage(request.user)
    if not units:
        raise policies.NotAllowed("kit.manage")
    chosen = getattr(request, "unit", None)
    row = kind.model(unit=chosen if chosen in units else units[0])
    key = request.GET.get("key", "")
    if isinstance(row, Snippet) and key in fields.FACTS:
        row.key, row.name = key, str(fields.FACTS[key])
    return row


def _holds(template: Template, unit: Unit) -> bool:
    return unit.path.startswith(template.unit.path)


def _chosen(request: HttpRequest, units: list[Unit]) -> Unit:
    wanted = request.POST.get("unit") or request.GET.get("unit")
    current = getattr(request, "unit", None)
    return next((unit for unit in units if str(unit.pk) == wanted), current if current in units else units[0])
