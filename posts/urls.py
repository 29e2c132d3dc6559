from __future__ import annotations

from django.urls import path, register_converter

from posts.views import closing_now, compose, embargoes, intake, listing, media, post, repeats, reviewing


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
    path("embargoes/", embargoes.page, name="embargoes"),
    path("embargoes/<int:pk>/<slug:name>/", embargoes.act, name="embargo_act"),
    path("close-now/", closing_now.page, name="close_now"),
    path("close-now/done/", closing_now.closed, name="closed"),
    path("repeats/", repeats.every, name="repeats"),
    path("repeats/<int:pk>/", repeats.show, name="repeat"),
    path("repeats/<int:pk>/<slug:name>/", repeats.act, name="repeat_act"),
    path("<int:pk>/repeat/", repeats.new, name="repeat_new"),
    path("new/", compose.new, name="new"),
    path("autosave/", compose.autosave, name="autosave"),
    path("upload/", intake.upload, name="upload"),
    path("upload/captions/", intake.captions, name="upload_captions"),
    path("captions/<int:pk>/", media.captions, name="captions"),
    path("card/", intake.card, name="card"),
    path("pictures/", intake.picker, name="picker"),
    path("<int:pk>/", post.detail, name="detail"),
    path("<int:pk>/edit/", compose.edit, name="edit"),
    path("<int:pk>/do/<slug:name>/", post.act, name="act"),
    path("<int:pk>/captions/<int:caption_pk>/", media.post_captions, name="post_captions"),
    path("<int:pk>/prepared/", post.prepared, name="prepared"),
    path("<int:pk>/pictures/<int:asset_pk>/<picture_size:size>/", media.post_asset, name="post_asset"),
]
