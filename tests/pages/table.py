"""Every address of the product and who gets what there: the table test_pages.py walks.

Six answers stand for: a stranger, Alice (author in North), Sam (supervisor of North), Ada
(administrator), the auditor, and Olga (another branch). 302 for a stranger is the sign-in page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.pages.world import World

PEOPLE = ("stranger", "alice", "sam", "ada", "audit", "olga")
Arguments = Callable[[World], tuple[Any, ...]]


def nothing(world: World) -> tuple[Any, ...]:
    return ()


@dataclass(frozen=True)
class Row:
    """One address: its URL name, what stands in it, and the answer to a GET of each person."""

    name: str
    answers: tuple[int, ...]
    args: Arguments = nothing
    query: dict[str, Callable[[World], Any]] = field(default_factory=dict)

    def asks(self, world: World) -> dict[str, Any]:
        return {name: value(world) for name, value in self.query.items()}

    @property
    def post_only(self) -> bool:
        return 405 in self.answers


def row(name: str, answers: str, args: Arguments = nothing, **query: Callable[[World], Any]) -> Row:
    return Row(name, tuple(int(word) for word in answers.split()), args, query)


#                      stranger alice sam ada audit olga
FOR_STAFF = "302 200 200 200 200 200"
FOR_ALL = "200 200 200 200 200 200"
OF_NORTH = "302 200 200 200 200 404"
BY_POST = "302 405 405 405 405 405"
BY_POST_ALL = "405 405 405 405 405 405"


KIT = ("templates", "snippets", "hashtags", "banned", "names")


def post(world: World) -> tuple[Any, ...]:
    return (world.waiting.pk,)


def channel(world: World) -> tuple[Any, ...]:
    return (world.channel.pk,)


def delivery(world: World) -> tuple[Any, ...]:
    return (world.delivery.pk,)


def person(world: World) -> tuple[Any, ...]:
    return (world.lib.erin.pk,)


def unit(world: World) -> tuple[Any, ...]:
    return (world.lib.north.pk,)


def shown(world: World) -> tuple[Any, ...]:
    return (world.shown.account.handle, world.shown.pk)


def news(world: World) -> tuple[Any, ...]:
    return (world.news.feed.slug,)


def invitation(world: World) -> tuple[Any, ...]:
    return (world.invitation.invitation.pk,)


def token(world: World) -> tuple[Any, ...]:
    return (world.invitation.link.rstrip("/").rpartition("/")[2],)


def link(world: World) -> tuple[Any, ...]:
    return (world.link.pk,)


def campaign(world: World) -> tuple[Any, ...]:
    return (world.campaign.pk,)


ROWS = (
    # --- the first page, looking things up -------------------------------------
    row("today", FOR_STAFF),
    row("search", FOR_STAFF),
    row("search", FOR_STAFF, q=lambda world: "seed"),
    row("status", "302 403 200 200 200 200"),
    # --- posts ----------------------------------------------------------------
    row("posts:list", FOR_STAFF),
    row("posts:calendar", FOR_STAFF),
    *(row("posts:calendar", FOR_STAFF, view=lambda world, view=view: view) for view in ("week", "day", "list")),
    row("posts:move", "302 200 200 200 403 404", post),
    row("posts:addresses", FOR_STAFF),
    row("posts:ical", "404 404 404 404 404 404", lambda world: ("a-token-nobody-has",)),
    row("posts:kept_days", FOR_STAFF),
    row("posts:own_day_new", "302 403 200 200 403 404", lambda world: (world.lib.north.pk,)),
    row("posts:own_day", "302 403 200 200 403 404", lambda world: (world.own_day.pk,)),
    row("posts:export", FOR_STAFF),
    row("posts:bulk", BY_POST),
    row("posts:imports", "302 200 200 200 403 200"),
    row("posts:import_template", FOR_STAFF),
    row("posts:import_batch", "302 200 404 404 404 404", lambda world: (world.brought.pk,)),  # Alice's own
    row("posts:slots", "302 302 302 302 302 200"),  # the first channel, where there is one
    row("posts:slots_of", OF_NORTH, channel),
    row("posts:review", FOR_STAFF),
    row("posts:approve_seen", BY_POST),
    row("posts:seen", BY_POST),
    row("posts:expired", FOR_STAFF),
    row("posts:urgent", FOR_STAFF),
    row("posts:judge", BY_POST, lambda world: (world.glass.pk,)),
    row("posts:guest", FOR_ALL, lambda world: (world.guest_token,)),
    row("posts:decide", FOR_ALL, lambda world: (world.decide_token,)),
    # A picture of another post is not behind the link.
    row(
        "posts:door_asset",
        "404 404 404 404 404 404",
        lambda world: ("guest", world.guest_token, world.asset.pk, "full"),
    ),
    row("posts:door_captions", "404 404 404 404 404 404", lambda world: ("decide", world.decide_token, 1)),
    row("posts:invite_guest", "302 403 200 200 403 404", post),
    row("posts:revoke_guest", BY_POST, lambda world: (world.waiting.pk, 1)),
    row("posts:steps", "302 403 403 200 403 404", unit),
    row("posts:who_approves", "302 200 200 200 404 404", unit),
    row("posts:put_step", BY_POST, unit),
    row("posts:remove_step", BY_POST, lambda world: (world.step.pk,)),
    row("posts:channel_reviewers", "302 403 403 200 403 404", channel),
    row("posts:checks", OF_NORTH, unit),
    row("posts:contacts", OF_NORTH, unit),
    row("posts:contact_remove", BY_POST, lambda world: (world.contact.pk,)),
    row("posts:new", "302 200 200 200 403 200"),
    row("posts:autosave", BY_POST),
    row("posts:upload", BY_POST),
    row("posts:upload_captions", BY_POST),
    row("posts:captions", OF_NORTH, lambda world: (world.captions.pk,)),
    row("posts:post_captions", "302 404 404 404 404 404", lambda world: (world.out.pk, world.captions.pk)),
    row("posts:prepared", OF_NORTH, post),
    row("posts:card", BY_POST),
    row("posts:picker", "302 200 200 200 404 404", unit=lambda world: world.lib.north.pk),
    row("posts:languages", OF_NORTH, lambda world: (world.lib.north.pk,)),
    row("posts:language_reviewer", BY_POST, lambda world: (world.lib.north.pk,)),
    row("posts:glossary_term", BY_POST, lambda world: (world.lib.north.pk,)),
    row("posts:language_review", BY_POST, post),
    row("posts:media", FOR_STAFF),
    row("posts:media_bin", FOR_STAFF),
    *(row(f"posts:media_{name}", BY_POST) for name in ("add", "do")),
    row("posts:arriving", BY_POST),
    *(row(f"posts:arriving_{name}", BY_POST, lambda world: (1,)) for name in ("piece", "finish", "drop")),
    row("posts:media_card_new", "302 200 200 200 404 200"),
    row("posts:media_card_preview", BY_POST),
    row("posts:media_card", "302 200 200 200 404 404", lambda world: (world.placard.pk,)),
    row("posts:media_words_new", "302 200 200 200 404 404", lambda world: (world.captions.asset_id,)),
    row(
        "posts:media_words",
        "302 200 200 200 404 404",
        lambda world: (world.captions.asset_id, world.captions.pk),
    ),
    *(row(f"posts:media_{name}", BY_POST, lambda world: (world.captions.asset_id,)) for name in ("words_add", "still")),
    row("posts:media_brand", BY_POST, lambda world: (world.lib.north.pk,)),
    row("posts:media_asset", OF_NORTH, lambda world: (world.asset.pk,)),
    row("posts:media_refuse", "302 200 200 200 403 404", lambda world: (world.asset.pk,)),
    row("posts:media_act", BY_POST, lambda world: (world.asset.pk, "bin")),
    row("posts:media_folder", BY_POST, lambda world: (1,)),
    row("posts:detail", OF_NORTH, post),
    row("posts:edit", "302 200 200 200 403 404", post),
    row("posts:act", BY_POST, lambda world: (world.waiting.pk, "approve")),
    row("posts:asset", OF_NORTH, lambda world: (world.asset.pk, "thumb")),
    row("posts:post_asset", OF_NORTH, lambda world: (world.out.pk, world.asset.pk, "full")),
    row("posts:embargoes", FOR_STAFF),
    row("posts:embargo_act", BY_POST, lambda world: (world.embargo.pk, "ask")),
    row("posts:close_now", "302 403 200 200 403 200"),
    row("posts:closed", FOR_STAFF, post=lambda world: world.waiting.pk),
    row("posts:repeats", FOR_STAFF),
    row("posts:repeat", OF_NORTH, lambda world: (world.repeat.pk,)),
    row("posts:repeat_act", BY_POST, lambda world: (world.repeat.pk, "end")),
    row("posts:repeat_new", "302 200 200 200 403 404", post),
    row("posts:evergreen", FOR_STAFF),
    row("posts:evergreen_queue", BY_POST, unit),
    row("posts:evergreen_item", OF_NORTH, lambda world: (world.evergreen.pk,)),
    row("posts:evergreen_act", BY_POST, lambda world: (world.evergreen.pk, "pause")),
    row("posts:evergreen_put", "302 200 200 200 403 404", post),
    # --- opening hours and closures ---------------------------------------------
    row("hours:overview", FOR_STAFF),
    row("hours:unit", OF_NORTH, unit),
    row("hours:closures", OF_NORTH, unit),
    row("hours:closure_new", "302 403 200 200 403 404", unit),
    row("hours:closure", "302 403 200 200 403 404", lambda world: (world.closure.pk,)),
    *(row(f"hours:{name}", BY_POST_ALL, unit) for name in ("week", "quiet", "rules", "holidays")),
    row("hours:quiet_end", BY_POST_ALL, lambda world: (world.lib.north.pk, 0)),
    row("hours:follow", BY_POST_ALL, lambda world: (world.lib.north.pk, "week")),
    row("hours:closure_lift", BY_POST_ALL, lambda world: (world.closure.pk,)),
    row("hours:closure_decide", BY_POST_ALL, lambda world: (world.closure.pk, "accept")),
    # --- campaigns and packs ----------------------------------------------------
    row("posts:campaigns", FOR_STAFF),
    row("posts:campaigns", FOR_STAFF, show=lambda world: "archived"),
    row("posts:campaign", OF_NORTH, campaign),
    row("posts:campaign_new", "302 403 200 200 403 200"),
    row("posts:campaign_edit", "302 403 200 200 403 404", campaign),
    row("posts:campaign_act", BY_POST, lambda world: (world.campaign.pk, "archive")),
    row("posts:campaign_reached", BY_POST, campaign),
    row("posts:campaign_clone", "302 403 200 200 403 404", campaign),
    row("posts:pack_export", BY_POST, campaign),
    row("posts:pack_bring", "302 403 200 200 403 200"),
    row("posts:pack_ready", "302 403 200 200 403 200", lambda world: ("spotting-fakes",)),
    row("posts:pack_look", "302 403 404 404 403 404", lambda world: ("x",)),
    # --- short links ------------------------------------------------------------
    row("links:list", FOR_STAFF),
    row("links:new", "302 200 200 200 403 200"),
    row("links:rules", "302 403 403 200 403 403"),
    row("links:detail", OF_NORTH, link),
    row("links:edit", "302 200 200 200 403 404", link),
    row("links:place", BY_POST, link),
    row("links:switch", BY_POST, lambda world: (world.link.pk, "off")),
    row("links:qr", OF_NORTH, lambda world: (world.link.pk, "poster", "svg")),
    row("short_link", "302 302 302 302 302 302", lambda world: ("seeds.poster",)),
    row("short_link", "404 404 404 404 404 404", lambda world: ("nobody",)),
    row("posts:versions", OF_NORTH, post),
    row("posts:talk", OF_NORTH, post),
    row("posts:talk_people", OF_NORTH, post),
    row("posts:talk_say", BY_POST, post),
    row("posts:talk_act", BY_POST, lambda world: (world.waiting.pk, world.comment.pk, "reply")),
    row("posts:template_keep", BY_POST, post),
    row("posts:copy_for", BY_POST, post),
    *(row("posts:kit", FOR_STAFF, lambda world, kind=kind: (kind,)) for kind in KIT),
    *(row("posts:kit_new", "302 403 200 200 403 200", lambda world, kind=kind: (kind,)) for kind in KIT),
    row("posts:kit_entry", "302 403 200 200 403 404", lambda world: ("templates", world.template.pk)),
    row("posts:kit_act", BY_POST, lambda world: ("templates", world.template.pk, "archive")),
    row("posts:kit_ours", BY_POST),
    row("posts:template_use", "302 200 200 200 403 404", lambda world: (world.template.pk,)),
    row("posts:kit_data", "302 200 200 200 404 404", unit=lambda world: world.lib.north.pk),
    row("posts:emoji", FOR_STAFF),
    row("posts:kit_tag", FOR_STAFF),
    # --- deliveries -----------------------------------------------------------
    row("scheduler:delivery", OF_NORTH, delivery),
    row("scheduler:action", BY_POST, lambda world: (world.delivery.pk, "retry")),
    row("scheduler:holds", FOR_STAFF),
    row("scheduler:held", FOR_STAFF),
    row("scheduler:pause", "302 403 200 200 403 200"),
    row("scheduler:hold", BY_POST),
    row("scheduler:lift", BY_POST, lambda world: (world.hold.pk,)),
    row("scheduler:release", BY_POST),
    # --- channels -------------------------------------------------------------
    row("channels:list", FOR_STAFF),
    row("channels:detail", OF_NORTH, channel),
    row("channels:avatar", "302 404 404 404 404 404", channel),  # Practice has no picture of its own
    row("channels:connect", "302 403 403 200 403 403"),
    row("channels:networks", FOR_STAFF),
    row("channels:colours", FOR_ALL),
    # Where nobody outside can read us there is no such document; test_bluesky_oauth.py reads them where one can.
    *(row(f"channels:{name}", "404 404 404 404 404 404") for name in ("bluesky_client", "bluesky_keys")),
    row("channels:outlet", "404 404 404 404 404 404", lambda world: ("unsigned", "file.jpg")),
    row("channels:choose_account", BY_POST),
    row("channels:keys", "302 403 403 200 403 403", lambda world: ("x",)),
    row("channels:remove_keys", BY_POST, lambda world: ("x",)),
    row("channels:connect_to", "302 403 403 200 403 403", lambda world: ("bluesky",)),
    row("channels:callback", "302 422 422 422 422 422", lambda world: ("mastodon", "somewhere")),
    row("channels:reconnect", "302 403 403 200 403 404", channel),
    row("channels:disconnect", "302 403 403 200 403 404", channel),
    *(
        row(f"channels:{name}", BY_POST, channel)
        for name in (
            "pause",
            "resume",
            "probe",
            "describe",
            "lend",
            "languages",
            "override",
            "remove_override",
            "practice",
        )
    ),
    row("channels:unlend", BY_POST, lambda world: (world.channel.pk, world.lib.south.pk)),
    # --- Practice, which is public ----------------------------------------------
    row("practice:timeline", FOR_ALL),
    row("practice:account", FOR_ALL, lambda world: shown(world)[:1]),
    row("practice:post", FOR_ALL, shown),
    row("practice:picture", FOR_ALL, lambda world: (world.shown.pk, 0)),
    row("practice:captions", "404 404 404 404 404 404", lambda world: (world.shown.pk, 0, 0)),
    *(row(f"practice:{name}", BY_POST_ALL, shown) for name in ("like", "share", "reply")),
    # --- our own feeds, which are public ----------------------------------------
    *(row(f"feeds:{name}", FOR_ALL, news) for name in ("feed", "rss", "atom", "json", "block", "screen")),
    row("feeds:item", FOR_ALL, lambda world: (*news(world), world.news.uuid)),
    row("feeds:file", FOR_ALL, lambda world: (*news(world), world.news.uuid, 0)),
    row("feeds:captions", "404 404 404 404 404 404", lambda world: (*news(world), world.news.uuid, 0, 0)),
    # --- figures --------------------------------------------------------------
    row("analytics:overview", FOR_STAFF),
    row("analytics:overview", FOR_STAFF, format=lambda world: "csv"),
    row("analytics:strip", OF_NORTH, lambda world: (world.out.pk,)),
    # --- people and units -----------------------------------------------------
    row("accounts:first_run", "302 302 302 302 302 302"),
    row("accounts:people", FOR_STAFF),
    row("accounts:person", OF_NORTH, person),
    row("accounts:invite", "302 403 403 200 403 403"),
    row("accounts:accept", FOR_ALL, token),
    *(
        row(f"accounts:{name}", BY_POST_ALL, person)
        for name in ("give_role", "deactivate", "reactivate", "reset_link", "remove_factors")
    ),
    row("accounts:take_role", BY_POST_ALL, lambda world: (world.membership.pk,)),
    row("accounts:invitation_mail", "302 404 404 200 404 404", invitation),
    row("accounts:invitation_renew", BY_POST, invitation),
    row("accounts:invitation_revoke", BY_POST, invitation),
    row("accounts:units", FOR_STAFF),
    row("accounts:unit_new", "302 403 403 200 403 403"),
    row("accounts:unit", "302 403 403 200 403 404", unit),
    row("accounts:switch_unit", BY_POST_ALL),
    *(
        row(f"accounts:{name}", BY_POST_ALL, unit)
        for name in ("unit_change", "unit_move", "unit_archive", "unit_restore")
    ),
    row("accounts:settings", "302 403 403 200 403 403"),
    *(row(f"accounts:settings_{name}", BY_POST_ALL) for name in ("library", "hosts", "registration", "test_mail")),
    row("accounts:profile", FOR_STAFF),
    row("accounts:deputies", FOR_STAFF),
    row("accounts:end_deputy", BY_POST, lambda world: (world.absence.pk,)),
    row("accounts:end_session", BY_POST_ALL, lambda world: (1,)),
    # --- notices and the trail ------------------------------------------------
    row("notices:list", FOR_STAFF),
    row("notices:reach", FOR_STAFF),
    row("notices:hook", BY_POST_ALL),
    row("notices:bell", FOR_STAFF),
    row("notices:open", "302 404 302 404 404 404", lambda world: (world.notice.pk,)),  # Sam's own
    row("notices:see_all", BY_POST_ALL),
    row("audit:list", "302 403 200 200 200 200"),
    row("audit:export", "302 403 200 200 200 200"),
    # --- for everybody --------------------------------------------------------
    row("today_figures", FOR_STAFF),
    row("today_house", "302 403 200 200 200 200"),
    row("today_trail", "302 403 200 200 200 200"),
    row("help", FOR_STAFF),
    row("help_chapter", FOR_STAFF, lambda world: ("write",)),
    row("app_manifest", FOR_ALL),
    row("app_icon", FOR_ALL, lambda world: (192,)),
    row("app_worker", FOR_ALL),
    row("app_offline", FOR_ALL),
    row("palette", FOR_STAFF, q=lambda world: "post"),
    row("design", "404 200 200 200 200 200"),
    row("theme", BY_POST_ALL),
    row("health_live", FOR_ALL),
    row("health_ready", FOR_ALL),
    row("health_metrics", "404 404 404 404 404 404"),  # no token is set here
    # --- one's own account (allauth) ------------------------------------------
    row("account_login", "200 302 302 302 302 302"),
    row("account_logout", "302 200 200 200 200 200"),
    row("account_signup", "200 302 302 302 302 302"),
    row("account_inactive", FOR_ALL),
    row("account_email", FOR_STAFF),
    row("account_change_password", FOR_STAFF),
    row("account_reset_password", FOR_ALL),
    row("account_reset_password_done", FOR_ALL),
    row("account_reset_password_from_key_done", FOR_ALL),
    row("mfa_index", FOR_STAFF),
    row("mfa_list_webauthn", FOR_STAFF),
    row("usersessions_list", FOR_STAFF),
)

# Addresses that answer only in the middle of something; allauth's own tests walk them.
LEFT_OUT = {
    "account_reauthenticate": "asks for the password again, only when the session is older than a few minutes",
    "account_set_password": "only for an account without a password, which this product never makes",
    "account_email_verification_sent": "after registering, with mail",
    "account_confirm_email": "needs a key from a mail",
    "account_confirm_login_code": "in the middle of signing in by code, which is off",
    "account_reset_password_from_key": "needs a key from a mail; tests/accounts walks it",
    "mfa_authenticate": "in the middle of signing in; tests/accounts walks it",
    "mfa_reauthenticate": "asks for the second factor again",
    "mfa_activate_totp": "asks for the password first",
    "mfa_deactivate_totp": "needs an authenticator",
    "mfa_view_recovery_codes": "needs an authenticator",
    "mfa_generate_recovery_codes": "needs an authenticator",
    "mfa_download_recovery_codes": "needs an authenticator",
    "mfa_add_webauthn": "asks for the password first",
    "mfa_reauthenticate_webauthn": "needs a passkey",
    "mfa_remove_webauthn": "needs a passkey",
    "mfa_edit_webauthn": "needs a passkey",
    "mfa_login_webauthn": "answers the browser's passkey dialogue with JSON",
}

# What a hostile or broken address may carry; every page reads some of these names.
NONSENSE = (
    {"page": "-1", "q": "\x00", "state": "'; --", "unit": "x", "channel": "9" * 40, "author": "²"},
    {"page": "9999999999999999999999", "on": "0000-00-00", "view": "<b>", "days": "٣", "from": "9999-12-31", "to": "1"},
    {"q": "é" * 5000, "on": "9999-12-31", "channel": "²", "days": "-5", "platform": "%00", "format": "exe"},
    {
        "state": "\ud7ff",
        "since": "yesterday",
        "action": "{{ 7*7 }}",
        "next": "//evil.example",
        "gone": "[]",
        "show": "x",
    },
    {"channel": "00000000000000000001", "unit": "-7", "page": "²", "person": "²", "by": "²", "days": "99999"},
)

NONSENSE_FORM = {
    "unit": "²", "next": "//evil.example", "token": "x", "version": "9" * 40, "digest": "\x00", "reason": "\x00",
    "channel": "²", "delivery": "9" * 40, "what": "unit:", "role": "king", "mode": "x", "fact": "x", "text": "\x00",
    "author": "\x00", "alt": "\x00" * 10, "name": "\x00", "zone": "Mars/Base", "up_to": "²", "theme": "\x00",
    "email": "\x00", "parent": "²", "url": "javascript:alert(1)", "do": "fix:x:y:z", "part-0-text": "\x00",
}  # fmt: skip
