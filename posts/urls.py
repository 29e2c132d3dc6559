from __future__ import annotations

from django.urls import path, register_converter

from posts.views import compose, intake, kit, listing, media, post, reviewing, talk


class Size:
    """How large a picture is asked for."""

    regex = "full|thumb"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Size, "picture_size")

app_name = "posts"
urlpatterns = [
    path("", listing.post_list, name="list"),
    path("calendar/", listing.calendar_page, name="calendar"),
    path("review/", reviewing.queue, name="review"),
    path("pictures/<int:pk>/<picture_size:size>/", media.asset, name="asset"),
    path("new/", compose.new, name="new"),
    path("autosave/", compose.autosave, name="autosave"),
    path("upload/", intake.upload, name="upload"),
    path("upload/captions/", intake.captions, name="upload_captions"),
    path("captions/<int:pk>/", media.captions, name="captions"),
    path("card/", intake.card, name="card"),
    path("pictures/", intake.picker, name="picker"),
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
    path("<int:pk>/do/<slug:name>/", post.act, name="act"),
    path("<int:pk>/captions/<int:caption_pk>/", media.post_captions, name="post_captions"),
    path("<int:pk>/prepared/", post.prepared, name="prepared"),
    path("<int:pk>/pictures/<int:asset_pk>/<picture_size:size>/", media.post_asset, name="post_asset"),
]
