from __future__ import annotations

from django.urls import path, re_path, register_converter

from posts.views import (
    approving,
    arriving,
    bulk,
    campaigns,
    checks,
    closing_now,
    compose,
    doors,
    embargoes,
    evergreen,
    guests,
    importing,
    intake,
    kit,
    languages,
    library,
    listing,
    media,
    packs,
    placards,
    planner,
    planning,
    post,
    repeats,
    reviewing,
    sharing,
    talk,
)


class Size:
    """How large a picture is asked for."""

    regex = "full|thumb"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Door(Size):
    """By which kind of link somebody without an account came."""

    regex = "guest|decide"


register_converter(Size, "picture_size")
register_converter(Door, "door")

app_name = "posts"
urlpatterns = [
    path("", listing.post_list, name="list"),
    path("calendar/", planner.calendar_page, name="calendar"),
    path("calendar/addresses/", sharing.address_list, name="addresses"),
    path("calendar/days/", sharing.kept_days, name="kept_days"),
    path("calendar/<str:token>.ics", sharing.ical, name="ical"),
    path("export.csv", sharing.export, name="export"),
    path("import/", importing.index, name="imports"),
    path("import/table.csv", importing.template, name="import_template"),
    path("import/<int:pk>/", importing.batch_page, name="import_batch"),
    path("several/", bulk.run, name="bulk"),
    path("times/", planning.slots_index, name="slots"),
    path("times/<int:pk>/", planning.slots_of, name="slots_of"),
    path("review/", reviewing.queue, name="review"),
    path("review/approve/", reviewing.approve_seen, name="approve_seen"),
    path("review/seen/", reviewing.seen, name="seen"),
    path("review/expired/", reviewing.expired, name="expired"),
    path("review/urgent/", reviewing.urgent, name="urgent"),
    path("review/urgent/<int:pk>/", reviewing.judge, name="judge"),
    path("guest/<str:token>/", doors.guest, name="guest"),
    path("decide/<str:token>/", doors.decide, name="decide"),
    path("<door:door>/<str:token>/pictures/<int:asset_pk>/<picture_size:size>/", media.door_asset, name="door_asset"),
    path("<door:door>/<str:token>/captions/<int:caption_pk>/", media.door_captions, name="door_captions"),
    path("approval/<int:unit_pk>/", approving.steps, name="steps"),
    path("approval/<int:unit_pk>/who/", approving.who_approves, name="who_approves"),
    path("approval/<int:unit_pk>/step/", approving.put_step, name="put_step"),
    path("approval/step/<int:pk>/remove/", approving.remove_step, name="remove_step"),
    path("approval/channels/<int:pk>/", approving.channel, name="channel_reviewers"),
    path("pictures/<int:pk>/<picture_size:size>/", media.asset, name="asset"),
    path("embargoes/", embargoes.page, name="embargoes"),
    path("embargoes/<int:pk>/<slug:name>/", embargoes.act, name="embargo_act"),
    path("close-now/", closing_now.page, name="close_now"),
    path("close-now/done/", closing_now.closed, name="closed"),
    path("repeats/", repeats.every, name="repeats"),
    path("repeats/<int:pk>/", repeats.show, name="repeat"),
    path("repeats/<int:pk>/<slug:name>/", repeats.act, name="repeat_act"),
    path("<int:pk>/repeat/", repeats.new, name="repeat_new"),
    path("evergreen/", evergreen.page, name="evergreen"),
    path("evergreen/unit/<int:pk>/", evergreen.queue, name="evergreen_queue"),
    path("evergreen/<int:pk>/", evergreen.item, name="evergreen_item"),
    path("evergreen/<int:pk>/<slug:name>/", evergreen.act, name="evergreen_act"),
    path("<int:pk>/evergreen/", evergreen.put, name="evergreen_put"),
    path("checks/<int:pk>/", checks.unit_rules, name="checks"),
    path("checks/<int:pk>/contacts/", checks.unit_contacts, name="contacts"),
    path("checks/contacts/<int:pk>/remove/", checks.remove_contact, name="contact_remove"),
    path("media/", library.page, name="media"),
    path("media/add/", library.add, name="media_add"),
    path("media/do/", library.do, name="media_do"),
    path("media/bin/", library.bin_page, name="media_bin"),
    path("media/folders/<int:pk>/", library.folder, name="media_folder"),
    path("media/cards/new/", placards.new, name="media_card_new"),
    path("media/cards/preview/", placards.preview, name="media_card_preview"),
    path("media/cards/<int:pk>/", placards.edit, name="media_card"),
    path("media/looks/<int:pk>/", placards.brand, name="media_brand"),
    path("media/<int:pk>/", library.asset, name="media_asset"),
    path("media/<int:pk>/<slug:name>/", library.act, name="media_act"),
    path("new/", compose.new, name="new"),
    path("autosave/", compose.autosave, name="autosave"),
    path("upload/", intake.upload, name="upload"),
    path("arriving/", arriving.begin, name="arriving"),
    path("arriving/<int:pk>/", arriving.piece, name="arriving_piece"),
    path("arriving/<int:pk>/finish/", arriving.finish, name="arriving_finish"),
    path("arriving/<int:pk>/drop/", arriving.drop, name="arriving_drop"),
    path("upload/captions/", intake.captions, name="upload_captions"),
    path("captions/<int:pk>/", media.captions, name="captions"),
    path("card/", intake.card, name="card"),
    path("pictures/", intake.picker, name="picker"),
    path("languages/<int:pk>/", languages.page, name="languages"),
    path("languages/<int:pk>/reviewer/", languages.reviewer, name="language_reviewer"),
    path("languages/<int:pk>/term/", languages.term, name="glossary_term"),
    path("<int:pk>/language/", languages.review, name="language_review"),
    path("campaigns/", campaigns.campaign_list, name="campaigns"),
    path("campaigns/new/", campaigns.new, name="campaign_new"),
    path("campaigns/<int:pk>/", campaigns.show, name="campaign"),
    path("campaigns/<int:pk>/edit/", campaigns.edit, name="campaign_edit"),
    re_path(r"^campaigns/(?P<pk>\d+)/(?P<name>archive|restore)/$", campaigns.act, name="campaign_act"),
    path("campaigns/<int:pk>/reached/", campaigns.reached, name="campaign_reached"),
    path("campaigns/<int:pk>/again/", campaigns.clone, name="campaign_clone"),
    path("campaigns/<int:pk>/pack/", campaigns.export, name="pack_export"),
    path("packs/", packs.bring, name="pack_bring"),
    path("packs/ready/<slug:name>/", packs.ready_pack, name="pack_ready"),
    path("packs/look/<str:token>/", packs.look, name="pack_look"),
    path("kit/data/", kit.data, name="kit_data"),
    path("kit/emoji/", kit.emoji_names, name="emoji"),
    path("kit/ours/", kit.ours, name="kit_ours"),
    path("kit/templates/<int:pk>/use/", kit.use, name="template_use"),
    path("kit/<slug:kind>/", kit.index, name="kit"),
    path("kit/<slug:kind>/new/", kit.entry, name="kit_new"),
    path("kit/<slug:kind>/<int:pk>/", kit.entry, name="kit_entry"),
    path("kit/<slug:kind>/<int:pk>/do/<slug:name>/", kit.act, name="kit_act"),
    path("<int:pk>/template/", kit.keep_post, name="template_keep"),
    path("<int:pk>/copy/", kit.copy_for, name="copy_for"),
    path("<int:pk>/talk/", talk.part, name="talk"),
    path("<int:pk>/talk/people/", talk.people, name="talk_people"),
    path("<int:pk>/talk/say/", talk.say, name="talk_say"),
    path("<int:pk>/talk/<int:comment_pk>/<slug:name>/", talk.act, name="talk_act"),
    path("<int:pk>/versions/", post.versions, name="versions"),
    path("<int:pk>/", post.detail, name="detail"),
    path("<int:pk>/edit/", compose.edit, name="edit"),
    path("<int:pk>/move/", planner.move, name="move"),
    path("<int:pk>/do/<slug:name>/", post.act, name="act"),
    path("<int:pk>/guests/", guests.invite, name="invite_guest"),
    path("<int:pk>/guests/<int:guest_pk>/revoke/", guests.revoke, name="revoke_guest"),
    path("<int:pk>/captions/<int:caption_pk>/", media.post_captions, name="post_captions"),
    path("<int:pk>/prepared/", post.prepared, name="prepared"),
    path("<int:pk>/pictures/<int:asset_pk>/<picture_size:size>/", media.post_asset, name="post_asset"),
]
