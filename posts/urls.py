from __future__ import annotations

from django.urls import path, register_converter

from posts.views import bulk, compose, importing, intake, listing, media, planner, planning, post, reviewing, sharing


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
    path("pictures/<int:pk>/<picture_size:size>/", media.asset, name="asset"),
    path("new/", compose.new, name="new"),
    path("autosave/", compose.autosave, name="autosave"),
    path("upload/", intake.upload, name="upload"),
    path("upload/captions/", intake.captions, name="upload_captions"),
    path("captions/<int:pk>/", media.captions, name="captions"),
    path("card/", intake.card, name="card"),
    path("pictures/", intake.picker, name="picker"),
    path("<int:pk>/", post.detail, name="detail"),
    path("<int:pk>/edit/", compose.edit, name="edit"),
    path("<int:pk>/move/", planner.move, name="move"),
    path("<int:pk>/do/<slug:name>/", post.act, name="act"),
    path("<int:pk>/captions/<int:caption_pk>/", media.post_captions, name="post_captions"),
    path("<int:pk>/prepared/", post.prepared, name="prepared"),
    path("<int:pk>/pictures/<int:asset_pk>/<picture_size:size>/", media.post_asset, name="post_asset"),
]
