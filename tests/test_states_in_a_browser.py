"""Pages in every state: something open over them, refused, empty, crowded; more contrast, enlarged, still, from right
to left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from libsocial.accounts.models import User
from posts import drafting
from posts.models import Asset, Post
from posts.services import drafts
from tests import browser
from tests.cast import Library
from tests.pages import world
from tests.pages.table import Arguments, campaign, channel, link, nothing, post, unit
from tests.pages.world import World

pytestmark = [
    pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.django_db(transaction=True)
]  # fmt: skip
ENLARGED = {"width": 320, "height": 256}  # a window of 1280 by 1024 at 400 %
LONG = (
    "Donaudampfschifffahrtsgesellschaftskapitänsbibliothek https://library.example/a/very/long/address/without/a/break"
)
# Where people work all day: what holds for these is looked at in every way of seeing them.
ROOMS: tuple[tuple[str, Arguments], ...] = (
    ("today", nothing),
    ("posts:list", nothing),
    ("posts:edit", post),
    ("posts:detail", post),
    ("posts:calendar", nothing),
    ("posts:review", nothing),
    ("posts:media", nothing),
    ("posts:media_asset", lambda place: (place.asset.pk,)),
    ("posts:campaign", campaign),
    ("posts:close_now", nothing),
    ("channels:detail", channel),
    ("hours:unit", unit),
    ("links:detail", link),
    ("help", nothing),
)


def at(live_server: Any, place: World, name: str, args: Arguments) -> str:
    return live_server.url + reverse(name, args=args(place))


class Complaints:
    """Everything that is wrong, told together at the end."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def look(self, where: str, act: Callable[[], None]) -> None:
        try:
            act()
        except AssertionError as error:
            self.lines.append(f"[{where}] {error}")

    def told(self) -> None:
        assert not self.lines, "\n".join(self.lines)


@pytest.fixture
def wrong() -> Iterator[Complaints]:
    found = Complaints()
    yield found
    found.told()


def seen(page: Page, wrong: Complaints, where: str) -> None:
    """Accessible at a desk in light and on a phone in dark, and no wider than the narrowest window."""
    for size, theme in ((browser.DESK, browser.light), (browser.PHONE, browser.dark)):
        page.set_viewport_size(size)
        theme(page)
        wrong.look(f"{where} {size['width']}", lambda: browser.axe(page))
    page.set_viewport_size(browser.NARROW)
    wrong.look(f"{where} 320", lambda: browser.no_sideways_scroll(page))
    page.set_viewport_size(browser.DESK)


# --- something is open over the page -------------------------------------------------


def open_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.locator("#palette [role=option]").first.wait_for()


def open_help(page: Page) -> None:
    page.keyboard.press("h")
    page.locator("#help-here h2, #help-here h3").nth(1).wait_for()


def open_move(page: Page) -> None:
    page.goto(f"{page.url}?on=2199-01-10")
    page.locator("[data-entry] [data-stop]:visible").first.press("m")
    page.get_by_role("dialog").wait_for()


def open_question(page: Page) -> None:
    page.get_by_role("button", name="Withdraw").first.click()
    page.get_by_role("dialog").wait_for()


def open_crop(page: Page) -> None:
    page.locator("[data-media-crop]").first.click()
    page.locator("#crop [data-crop-box]").wait_for()


def open_picker(page: Page) -> None:
    page.get_by_role("button", name="From the library").first.click()
    page.locator("#picker img").first.wait_for()


def open_all_folds(page: Page) -> None:
    page.evaluate("for (const fold of document.querySelectorAll('main details:not([data-menu])')) fold.open = true")
    page.wait_for_load_state("networkidle")


def open_menu(page: Page) -> None:
    page.locator("main [data-menu] > summary:visible").first.click()


def choose_some(page: Page) -> None:
    page.locator("main input[type=checkbox]:visible").first.check()


def undo_offered(page: Page) -> None:
    page.get_by_role("button", name="Duplicate").first.click()
    page.locator("[data-toast]").first.wait_for()


OPEN: dict[str, tuple[str, Arguments, Callable[[Page], None]]] = {
    "the palette": ("today", nothing, open_palette),
    "the help of a page": ("posts:review", nothing, open_help),
    "move to": ("posts:calendar", nothing, open_move),
    "a question": ("posts:detail", post, open_question),
    "the picker": ("posts:edit", post, open_picker),
    "every fold of the composer": ("posts:edit", post, open_all_folds),
    "every fold of a post": ("posts:detail", post, open_all_folds),
    "every fold of the queue": ("posts:review", nothing, open_all_folds),
    "a menu of the calendar": ("posts:calendar", nothing, open_menu),
    "some files chosen": ("posts:media", nothing, choose_some),
    "some posts chosen": ("posts:list", nothing, choose_some),
    "a message with undo": ("posts:detail", post, undo_offered),
}


def test_whatever_is_open_is_accessible_and_fits(page: Page, live_server: Any, lib: Library, wrong: Complaints) -> None:
    place = world.build(lib)
    browser.sign_in(page, live_server, lib.ada)
    for what, (name, args, act) in OPEN.items():
        page.goto(at(live_server, place, name, args))
        act(page)
        seen(page, wrong, what)


def test_the_cut_of_a_picture_is_accessible_and_fits(
    page: Page, live_server: Any, lib: Library, wrong: Complaints
) -> None:
    place = world.build(lib)
    pictured = world.written(lib.alice, place.channel, "With a picture", place.asset)
    browser.sign_in(page, live_server, lib.ada)
    page.goto(live_server.url + reverse("posts:edit", args=[pictured.pk]))
    page.locator("[data-media-crop]").first.click()
    page.locator("#crop [data-crop-box]").wait_for()
    seen(page, wrong, "the cut of a picture")


# --- refused ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Mistake:
    """A form sent with nothing, or nonsense, in its fields: the page says so beside the field, or at the top."""

    page: str
    args: Arguments
    button: str
    nonsense: str = ""
    fold: str = ""


MISTAKES = (
    Mistake("posts:campaign_new", nothing, "Begin the campaign"),
    Mistake("posts:campaign_edit", campaign, "Save"),
    Mistake("posts:pack_bring", nothing, "Look into it"),
    Mistake("links:new", nothing, "Make the link", "nonsense"),
    Mistake("links:detail", link, "Add a place"),
    Mistake("hours:closure_new", unit, "Enter the closure"),
    Mistake("hours:unit", unit, "Add quiet hours"),
    Mistake("posts:close_now", nothing, "Show the words"),
    Mistake("posts:embargoes", nothing, "Place the embargo"),
    Mistake("posts:repeat_new", post, "Repeat it"),
    *(Mistake("posts:kit_new", lambda place, kind=kind: (kind,), "Keep")
      for kind in ("templates", "snippets", "hashtags", "banned", "names")),
    Mistake("posts:imports", nothing, "Look at it"),
    Mistake("posts:invite_guest", post, "Make the link"),
    Mistake("posts:steps", unit, "Add this step"),
    Mistake("posts:contacts", unit, "Add"),
    Mistake("posts:slots_of", channel, "Add"),
    Mistake("posts:languages", unit, "Keep this term"),
    Mistake("scheduler:pause", nothing, "Pause now"),
    Mistake("accounts:invite", nothing, "Make the invitation"),
    Mistake("accounts:unit_new", nothing, "Add the unit"),
    Mistake("accounts:deputies", nothing, "Name this deputy"),
    Mistake("accounts:settings", nothing, "Save the list", "http://intranet/"),
    Mistake("notices:reach", nothing, "Use this address", "nonsense"),
)  # fmt: skip
TOLD = ".field-error:visible, [aria-invalid=true]:visible, main .notice-bad:visible, main [role=alert]:visible"
EMPTIED = """(form, words) => {
  const timed = "[type=date], [type=time], [type=number], [type=datetime-local]";
  form.noValidate = true;
  const chosen = "[type=hidden], [type=radio], [type=checkbox], [type=file]";
  for (const field of form.querySelectorAll("input, textarea"))
    if (!field.matches(chosen)) field.value = field.matches(timed) ? "" : words;
}"""


def sent_with_mistakes(page: Page, mistake: Mistake) -> None:
    button = page.get_by_role("button", name=mistake.button, exact=True).last
    page.locator("form").filter(has=button).last.evaluate(EMPTIED, mistake.nonsense)
    with page.expect_navigation():
        button.click()


def test_a_form_with_mistakes_says_so_accessibly(page: Page, live_server: Any, lib: Library, wrong: Complaints) -> None:
    place = world.build(lib)
    browser.sign_in(page, live_server, lib.ada)
    for mistake in MISTAKES:
        page.goto(at(live_server, place, mistake.page, mistake.args))
        where = f"{mistake.page}: {mistake.button}"
        sent_with_mistakes(page, mistake)
        told = page.locator(TOLD).or_(page.locator("[data-toast=error], [data-toast=warning]"))
        wrong.look(where, lambda told=told: expect(told.first).to_be_visible(timeout=2000))
        seen(page, wrong, where)


# --- nothing there, and very much there ---------------------------------------------------


EMPTY = (
    "today", "posts:list", "posts:calendar", "posts:review", "posts:expired", "posts:urgent", "posts:media",
    "posts:media_bin", "posts:campaigns", "posts:repeats", "posts:embargoes", "posts:imports", "posts:slots",
    "posts:addresses", "posts:close_now", "links:list", "hours:overview", "scheduler:holds", "scheduler:held",
    "channels:list", "notices:list", "analytics:overview", "accounts:people", "accounts:deputies", "audit:list",
    "search",
)  # fmt: skip


def test_the_first_day_is_accessible_and_fits(page: Page, live_server: Any, lib: Library, wrong: Complaints) -> None:
    browser.sign_in(page, live_server, lib.ada)
    for name in EMPTY:
        page.goto(live_server.url + reverse(name))
        seen(page, wrong, name)
    for kind in ("templates", "snippets", "hashtags", "banned", "names"):
        page.goto(live_server.url + reverse("posts:kit", args=[kind]))
        seen(page, wrong, kind)


SAME = ("unit", "uploaded_by", "path", "mime", "width", "height", "size")


def crowd(place: World) -> Post:
    """Very much, and all of it with names that are too long: the last post of many."""
    lib = place.lib
    alike = {name: getattr(place.asset, name) for name in SAME}
    Asset.objects.bulk_create(
        Asset(**alike, sha256=f"{n:064}", original_name=f"{LONG}-{n}.jpg", alt=LONG, tags=f",{LONG[:30]},summer,")
        for n in range(40)
    )
    for n in range(12):
        last = world.written(lib.alice, place.channel, f"{n} {LONG} #{LONG[:30]}", at=f"2199-01-10T{8 + n}:00")
    User.objects.filter(pk=lib.alice.pk).update(name=LONG[:60])
    type(place.campaign).objects.filter(pk=place.campaign.pk).update(name=LONG[:80], brief=LONG)
    type(place.link).objects.filter(pk=place.link.pk).update(title=LONG, target=f"https://library.example/{LONG[-60:]}")
    type(place.template).objects.filter(pk=place.template.pk).update(name=LONG[:80])
    return last


def test_a_crowded_library_is_accessible_and_fits(
    page: Page, live_server: Any, lib: Library, wrong: Complaints
) -> None:
    place = world.build(lib)
    last = crowd(place)
    browser.sign_in(page, live_server, lib.ada)
    month = "?on=2199-01-10&view="
    full = {
        name: reverse(name)
        for name in ("posts:list", "posts:media", "posts:campaigns", "links:list", "posts:review", "audit:list")
    } | {f"calendar {view}": reverse("posts:calendar") + month + view for view in ("month", "week", "day", "list")}
    full |= {name: reverse(name, args=[last.pk]) for name in ("posts:detail", "posts:edit")}
    full |= {"a campaign": reverse("posts:campaign", args=[place.campaign.pk])}
    full |= {"a link": reverse("links:detail", args=[place.link.pk])}
    full |= {"a picture": reverse("posts:media_asset", args=[Asset.objects.last().pk])}
    full |= {"kit": reverse("posts:kit", args=["templates"])}
    for where, path in full.items():
        page.goto(live_server.url + path)
        seen(page, wrong, where)


# --- ways of seeing -----------------------------------------------------------------------


def test_more_contrast_is_accessible_light_and_dark(
    page: Page, live_server: Any, lib: Library, wrong: Complaints
) -> None:
    place = world.build(lib)
    User.objects.filter(pk=lib.ada.pk).update(contrast="more")
    browser.sign_in(page, live_server, lib.ada)
    for name, args in ROOMS:
        page.goto(at(live_server, place, name, args))
        for theme in (browser.light, browser.dark):
            theme(page)
            wrong.look(f"{name} {theme.__name__}", lambda: browser.axe(page))


# In forced colours a background no longer tells a button or a state from the page: a border has to.
BORDERLESS = """() => [...document.querySelectorAll("main :is(.button, input[type=text], textarea, .state, .badge)")]
  .filter(one => !one.matches(".button-quiet") && one.checkVisibility() && one.getBoundingClientRect().width > 4)
  .filter(one => parseFloat(getComputedStyle(one).borderTopWidth) === 0)
  .map(one => one.outerHTML.slice(0, 120)).slice(0, 5)"""


def test_forced_colours_keep_the_edges_of_things(page: Page, live_server: Any, lib: Library, wrong: Complaints) -> None:
    place = world.build(lib)
    browser.sign_in(page, live_server, lib.ada)
    page.emulate_media(forced_colors="active")
    for name, args in ROOMS:
        page.goto(at(live_server, place, name, args))
        if lost := page.evaluate(BORDERLESS):
            wrong.lines.append(f"[{name}] without an edge: {lost}")


# What stands still while the page scrolls leaves room to read between.
STUCK = """() => [...document.querySelectorAll("body *")].filter(one => one.checkVisibility())
  .filter(one => ["fixed", "sticky"].includes(getComputedStyle(one).position) && !one.closest("#toasts, dialog, table"))
  .filter(one => one.getBoundingClientRect().height > 0 && one.getBoundingClientRect().width > innerWidth / 2)
  .map(one => [Math.round(one.getBoundingClientRect().height), one.outerHTML.slice(0, 90)])"""


def test_enlarged_four_times_there_is_room_to_read(
    page: Page, live_server: Any, lib: Library, wrong: Complaints
) -> None:
    place = world.build(lib)
    browser.sign_in(page, live_server, lib.ada)
    page.set_viewport_size(ENLARGED)
    for name, args in ROOMS:
        page.goto(at(live_server, place, name, args))
        wrong.look(name, lambda: browser.no_sideways_scroll(page))
        stuck = page.evaluate(STUCK)
        if sum(height for height, _what in stuck) > ENLARGED["height"] / 2:
            wrong.lines.append(f"[{name}] little room is left beside {stuck}")


MOVING = """() => {
  const milliseconds = (text) => parseFloat(text) * (text.endsWith("ms") ? 1 : 1000);
  const long = (text) => text.split(",").some(one => milliseconds(one.trim()) > 10);
  const moves = (style) => style.scrollBehavior === "smooth" || long(style.transitionDuration)
    || (style.animationName !== "none" && long(style.animationDuration));
  const all = [...document.querySelectorAll("*")];
  const found = all.filter(one => [null, "::before", "::after"].some(part => moves(getComputedStyle(one, part))));
  return found.map(one => one.outerHTML.slice(0, 100)).slice(0, 5);
}"""


def test_nothing_moves_for_who_asked_for_that(page: Page, live_server: Any, lib: Library, wrong: Complaints) -> None:
    place = world.build(lib)
    browser.sign_in(page, live_server, lib.ada)
    page.emulate_media(reduced_motion="reduce")
    for name, args in ROOMS:
        page.goto(at(live_server, place, name, args))
        if moving := page.evaluate(MOVING):
            wrong.lines.append(f"[{name}] {moving}")


def test_from_right_to_left_everything_fits(page: Page, live_server: Any, lib: Library, wrong: Complaints) -> None:
    place = world.build(lib)
    browser.sign_in(page, live_server, lib.ada)
    for name, args in ROOMS:
        page.goto(at(live_server, place, name, args))
        page.evaluate("document.documentElement.dir = 'rtl'")
        for size in (browser.DESK, browser.NARROW):
            page.set_viewport_size(size)
            wrong.look(f"{name} {size['width']}", lambda: fits_from_the_right(page))


def fits_from_the_right(page: Page) -> None:
    """Nothing sticks out to the left, where a page from right to left would scroll to."""
    out = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
             .filter(e => e.checkVisibility() && e.getBoundingClientRect().left < -1)
             .filter(e => !e.closest(".table-frame, .tabs, .visually-hidden"))
             .slice(0, 5).map(e => e.outerHTML.slice(0, 140))"""
    )
    assert not out, f"sticks out: {out}"


def test_a_text_from_right_to_left_is_shown_so(page: Page, live_server: Any, lib: Library) -> None:
    place = world.build(lib)
    words = {"ar": "المكتبة مفتوحة يوم الثلاثاء", "he": "הספרייה פתוחה ביום שלישי"}
    data = {
        "parts": [{"text": "The library is open on Tuesday", "media": []}],
        "language": "en", "zone": "Europe/London",
        "languages": [{"language": tag, "parts": [{"text": text}]} for tag, text in words.items()],
        "targets": [{"channel": place.channel.pk, "languages": ["ar"]}],
    }  # fmt: skip
    post = world.written(lib.alice, place.channel, "The library is open on Tuesday")
    drafts.save(post=world.again(post), by=lib.alice, draft=drafting.Draft.from_json(data), version=1)
    browser.sign_in(page, live_server, lib.alice)
    page.goto(live_server.url + reverse("posts:edit", args=[post.pk]))
    shown = page.locator("[data-side]").get_by_text(words["ar"]).first
    expect(shown).to_be_visible()
    assert shown.evaluate("e => getComputedStyle(e).direction") == "rtl"
    for size in (browser.DESK, browser.NARROW):
        page.set_viewport_size(size)
        browser.axe(page)
        browser.no_sideways_scroll(page)
