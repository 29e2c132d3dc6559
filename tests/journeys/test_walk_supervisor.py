"""The walk of the communications supervisor: twenty drafts, an accident in town, and what the trail tells of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.hands import Hands
from tests.journeys.product import PASSWORD, Product
from tests.journeys.walking import (
    arrived,
    deliveries_of,
    kind_of,
    post_called,
    published,
    run,
    state_of,
    station,
    trail_of,
)
from tests.servers.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOTH = pytest.mark.parametrize("hands", ["keyboard", "thumb"], indirect=True)
People = Callable[..., Hands]
MOST_KEYS = 60  # for twenty drafts, without the words typed into fields

# Carla decides for the whole library; Dana stands in for her. Both once, for all that walk here.
HOUSE = f"""
from libsocial.accounts.models import Deputy, Membership, Role
from libsocial.accounts.services import deputies
root, ada = Unit.objects.get(parent=None), User.objects.get(email="ada@library.example")
if not User.objects.filter(email="carla@library.example").exists():
    for name, role in (("Carla Comms", Role.SUPERVISOR), ("Dana Deputy", Role.EDITOR)):
        email = name.split()[0].lower() + "@library.example"
        person = User.objects.create_person(email, "{PASSWORD}", name=name)
        Membership.objects.create(user=person, unit=root, role=role)
    carla, dana = (User.objects.get(email=f"{{name}}@library.example") for name in ("carla", "dana"))
    today = datetime.now(ZoneInfo("Europe/London")).date()
    deputies.name_deputy(by=carla, person=carla, deputy=dana, unit=root, first=today, last=today + timedelta(days=7))
carla = User.objects.get(email="carla@library.example")
for old in Post.objects.filter(state__in=("in_review", "approved"), planned_at__year__gt=2100):
    review.withdraw(post=old, by=ada)
"""

# The twenty: fourteen clean, of them six of one series; four to look at twice; one blocked; one of her own.
TWENTY = """
from pathlib import Path
from django.core.files.uploadedfile import SimpleUploadedFile
from posts.services import media, rules
def day(number, time="10:00"):
    return f"2190-02-{number:02d}T{time}"
for number in range(1, 8):
    submitted(f"{kind} morning {number}: stories for small children in the reading room.", day(number))
submitted(f"{kind} writers: bring a pen and a notebook.", day(8))
for number in range(1, 7):
    submitted(f"{kind} seed swap, part {number}: what grows well from a pot.", day(8 + number))
for number, time in enumerate(("10:00", "10:20", "10:40"), start=1):
    submitted(f"{kind} hour {number}: a guided walk through the archive.", day(15, time))
submitted(f"{kind} door: write to jane.private@mail.example for a place.", day(16))
rules.choose(by=ada, unit=north, levels={"P1": "warn"})
photo = SimpleUploadedFile("hopper.jpg", Path("tests/data/images/hopper.jpg").read_bytes(), content_type="image/jpeg")
asset = media.upload(by=alice, unit=north, file=photo)
card = {"asset": asset.pk, "alt": "A new library card with the number 21234000000000"}
draft = {"parts": [{"text": f"{kind} card: the first of the year.", "media": [card]}], "language": "en",
         "zone": "Europe/London", "at": day(17), "targets": [{"channel": channel.pk}]}
blocked = drafts.create(by=alice, unit=north, token=uuid.uuid4(), draft=Draft.from_json(draft))
review.submit(post=blocked, by=alice)
rules.choose(by=ada, unit=north, levels={"P1": "block"})
draft = {"parts": [{"text": f"{kind} own: the library says thank you."}], "language": "en", "zone": "Europe/London",
         "at": day(18), "targets": [{"channel": channel.pk}]}
own = drafts.create(by=carla, unit=north, token=uuid.uuid4(), draft=Draft.from_json(draft))
review.submit(post=own, by=carla)
"""

# Three that leave within the hour.
SOON = """
now = datetime.now(ZoneInfo("Europe/London"))
for number in (1, 2, 3):
    at = (now + timedelta(minutes=25 + 5 * number)).strftime("%Y-%m-%dT%H:%M")
    approved(f"{kind} tonight {number}: the concert in the hall.", at)
"""

# Two hours pass: what was planned for this evening is overdue.
TWO_HOURS = """
from scheduler.models import Delivery
for row in Delivery.objects.filter(title__startswith=f"{kind} tonight"):
    earlier = {name: getattr(row, name) - timedelta(hours=2) for name in ("due_at", "next_at") if getattr(row, name)}
    Delivery.objects.filter(pk=row.pk).update(**earlier)
    row.refresh_from_db()  # the approval is bound to the time: as if it had been given for this one
    Delivery.objects.filter(pk=row.pk).update(digest=row.digest_now())
"""

# Counts the keys a person presses to get about; what they type into a field is words.
COUNT = """
addEventListener("keydown", (event) => {
  if (event.target.closest?.("textarea, input:not([type=checkbox])") && event.key.length === 1) return;
  if (["Control", "Shift"].includes(event.key)) return;
  sessionStorage.setItem("keys", Number(sessionStorage.getItem("keys") ?? 0) + 1);
}, true);
"""


@BOTH
def test_the_twenty_drafts_of_a_morning(product: Product, people: People) -> None:
    carla, kind = _carla(product, people, TWENTY)
    carla.press("link", "Review")
    arrived(carla, "Review")
    _the_queue_says_what_it_holds(carla, kind)
    for number in range(1, 8):
        _approve(carla, _entry(carla, product, f"{kind} morning {number}:%"))
    _a_comma_gives_away_the_right(carla, product, kind)
    _six_in_one_act(carla, product, kind)
    _the_rest(carla, product, kind)
    if kind == "keyboard":
        keys = int(carla.page.evaluate("sessionStorage.getItem('keys')"))
        assert keys <= MOST_KEYS, f"{keys} keys for twenty drafts"
    _where_they_stand(product, kind)


def _carla(product: Product, people: People, script: str) -> tuple[Hands, str]:
    """Carla at her desk or with her phone; what waits for her was written before she came."""
    run(product, HOUSE)
    carla = people("carla")
    kind = kind_of(carla)
    run(product, f"{HOUSE}\nkind = {kind!r}\n{script}")
    carla.page.add_init_script(COUNT)
    carla.page.reload()
    return carla, kind


def _entry(carla: Hands, product: Product, title: str) -> Locator:
    return carla.page.locator(f"#post-{post_called(product, title)}")


def _the_queue_says_what_it_holds(carla: Hands, kind: str) -> None:
    main = carla.page.get_by_role("main")
    expect(main.locator("article.queue-post")).to_have_count(20)
    for words in ("20 posts wait", "14 clean", "4 to look at twice", "1 that must be changed", "1 for somebody else"):
        expect(main).to_contain_text(words)
    station(carla, "supervisor-1-queue")
    own = main.locator("article.queue-post", has_text=f"{kind} own:").last
    expect(own.get_by_role("button", name=re.compile("^Approve"))).to_have_count(0)
    expect(own).to_contain_text("Dana Deputy (deputy of Carla Comms)")
    blocked = main.locator("article.queue-post", has_text=f"{kind} card:").last
    expect(blocked.get_by_role("button", name=re.compile("^Approve"))).to_have_count(0)
    expect(blocked.locator(".told-block").first).to_contain_text("card")
    hour = main.locator("article.queue-post", has_text=f"{kind} hour 1").first
    expect(hour).to_contain_text("Three or more posts of this unit within one hour")


def _go(carla: Hands, entry: Locator) -> None:
    """At the desk by j and k; on the phone the post is in sight once it is tapped."""
    if kind_of(carla) == "thumb":
        entry.evaluate("node => node.scrollIntoView({ block: 'start' })")
        return
    wanted = entry.get_attribute("id")
    order = carla.page.eval_on_selector_all("[data-post]", "found => found.map(node => node.id)")
    here = carla.page.evaluate("document.querySelector('[data-current]').id")
    step = order.index(wanted) - order.index(here)
    for _press in range(abs(step)):
        carla.page.keyboard.press("j" if step > 0 else "k")
    expect(entry).to_have_attribute("data-current", "")


def _approve(carla: Hands, entry: Locator) -> None:
    _go(carla, entry)
    with carla.page.expect_navigation():
        if kind_of(carla) == "keyboard":
            carla.page.keyboard.press("a")
        else:
            carla.act(entry.get_by_role("button", name=re.compile("^Approve")))
    carla.page.wait_for_selector("[data-current]")
    expect(entry).to_have_count(0)


def _a_comma_gives_away_the_right(carla: Hands, product: Product, kind: str) -> None:
    entry = _entry(carla, product, f"{kind} writers%")
    _go(carla, entry)
    if kind == "keyboard":
        carla.page.keyboard.press("e")
    else:
        carla.act(entry.get_by_role("link", name=re.compile("^Edit")))
    arrived(carla, "Edit post")
    carla.write("Text", f"{kind} writers: bring a pen, and a notebook.")
    carla.saved()
    send = carla.page.get_by_role("button", name="Send to another approver")
    expect(send).to_be_visible()
    station(carla, "supervisor-2-comma")
    if kind == "keyboard":
        carla.page.keyboard.press("Control+Enter")
    else:
        carla.act(send)
    carla.told("Sent for approval.")
    main = carla.page.get_by_role("main")
    expect(main.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    expect(main).to_contain_text("You wrote or changed this version")
    expect(main).to_contain_text("Dana Deputy (deputy of Carla Comms)")
    station(carla, "supervisor-3-another")
    if kind == "keyboard":
        carla.page.keyboard.press("g")
        carla.page.keyboard.press("r")
    else:
        carla.press("link", "Review")
    arrived(carla, "Review")


def _six_in_one_act(carla: Hands, product: Product, kind: str) -> None:
    """Each is looked at; then one press approves the six, and only those."""
    for number in range(1, 7):
        entry = _entry(carla, product, f"{kind} seed swap, part {number}:%")
        _go(carla, entry)
        expect(entry).to_have_attribute("data-was-seen", "", timeout=10_000)
    station(carla, "supervisor-4-series")
    _key(carla, "x", "Choose what I looked at")
    chosen = carla.page.locator("[data-pick]:checked")
    assert chosen.count() == 6
    station(carla, "supervisor-5-chosen")
    with carla.page.expect_navigation():
        _key(carla, "Shift+A", "Approve the chosen")
    carla.told("6 posts approved.")


def _key(carla: Hands, key: str, button: str) -> None:
    if kind_of(carla) == "keyboard":
        carla.page.keyboard.press(key)
    else:
        carla.press("button", button)


def _the_rest(carla: Hands, product: Product, kind: str) -> None:
    """One goes back with a note, two stand as they are, the blocked one goes back too."""
    _return(carla, _entry(carla, product, f"{kind} hour 3%"), "Another day, please: three in one hour are too many.")
    for title in ("hour 1", "hour 2", "door"):
        _approve(carla, _entry(carla, product, f"{kind} {title}%"))
    _return(carla, _entry(carla, product, f"{kind} card%"), "The number of the card must not be there.")
    station(carla, "supervisor-6-done")


def _return(carla: Hands, entry: Locator, reason: str) -> None:
    _go(carla, entry)
    if kind_of(carla) == "keyboard":
        carla.page.keyboard.press("r")
        carla.page.keyboard.type(reason)
        carla.page.keyboard.press("Tab")
        with carla.page.expect_navigation():
            carla.page.keyboard.press("Enter")
    else:
        carla.act(entry.locator("summary").filter(has_text="Request changes"))
        carla.type_into(entry.get_by_label("What should be changed?"), reason)
        with carla.page.expect_navigation():
            carla.act(entry.get_by_role("button", name="Send back"))
    expect(entry).to_have_count(0)


def _where_they_stand(product: Product, kind: str) -> None:
    titles = [f"{kind} morning {number}%" for number in range(1, 8)]
    titles += [f"{kind} seed swap, part {number}%" for number in range(1, 7)]
    titles += [f"{kind} {name}%" for name in ("hour 1", "hour 2", "door")]
    posts = [post_called(product, title) for title in titles]
    assert {state_of(product, post) for post in posts} == {"approved"}
    assert [deliveries_of(product, post) for post in posts] == [["planned"]] * 16
    writers, own = (post_called(product, f"{kind} {name}%") for name in ("writers", "own"))
    assert [state_of(product, post) for post in (writers, own)] == ["in_review", "in_review"]
    back = [post_called(product, f"{kind} {name}%") for name in ("hour 3", "card")]
    assert {state_of(product, post) for post in back} == {"changes_requested"}
    assert "post.edited" in trail_of(product, writers) or "post.saved" in trail_of(product, writers)
    assert trail_of(product, back[0])[-1] == "post.changes_requested"


@BOTH
def test_an_accident_in_town_pauses_everything(product: Product, people: People) -> None:
    carla, kind = _carla(product, people, SOON)
    posts = [post_called(product, f"{kind} tonight {number}%") for number in (1, 2, 3)]
    carla.press("link", "Pause publishing")
    arrived(carla, "Pause publishing")
    carla.write("Why", "An accident in town")
    station(carla, "supervisor-7-pause")
    carla.press("button", "Pause now")
    carla.told("Held back.")
    held = carla.page.locator("#soon")
    for number in (1, 2, 3):
        expect(held).to_contain_text(f"{kind} tonight {number}")
    station(carla, "supervisor-8-held")

    run(product, f"kind = {kind!r}\n{TWO_HOURS}")
    wait_for(lambda: all(deliveries_of(product, post) == ["held"] for post in posts), what="the three to be held")
    carla.page.reload()
    overdue = carla.page.locator("#held")
    expect(overdue.get_by_role("row").filter(has_text=f"{kind} tonight")).to_have_count(3)
    carla.press("button", "Resume")
    carla.told("Resumed. 3 posts became overdue meanwhile and wait below.")
    station(carla, "supervisor-9-resumed")
    assert [published(product, _words(kind, number)) for number in (1, 2, 3)] == [0, 0, 0]

    for number, name in ((3, "Do not send"), (1, "Send now"), (2, "Send now")):
        row = overdue.get_by_role("row").filter(has_text=f"{kind} tonight {number}")
        carla.press("button", name, near=row)
        with carla.page.expect_navigation():
            carla.press("button", name, near=carla.page.get_by_role("dialog"))
    wait_for(lambda: published(product, _words(kind, 2)) == 1, what="what was released")
    assert [published(product, _words(kind, number)) for number in (1, 2, 3)] == [1, 1, 0]
    assert [deliveries_of(product, post) for post in posts] == [["published"], ["published"], ["cancelled"]]
    _the_trail_tells_it(carla, product, kind)


def _words(kind: str, number: int) -> str:
    return f"{kind} tonight {number}: the concert in the hall."


def _the_trail_tells_it(carla: Hands, product: Product, kind: str) -> None:
    carla.page.goto(f"{product.address}/audit/")
    arrived(carla, "Trail")
    trail = carla.page.get_by_role("main")
    for words in ("An accident in town", f"{kind} tonight 3", "Carla Comms"):
        expect(trail).to_contain_text(words)
    assert trail.locator(".trail time").count() == trail.locator(".trail > li").count()
    station(carla, "supervisor-10-trail")
