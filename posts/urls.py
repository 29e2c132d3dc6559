from __future__ import annotations

from django.urls import path, re_path, register_converter

from posts.views import campaigns, compose, intake, listing, media, packs, post, reviewing


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
    path("<int:pk>/", post.detail, name="detail"),
    path("<int:pk>/edit/", compose.edit, name="edit"),
    path("<int:pk>/do/<slug:name>/", post.act, name="act"),
    path("<int:pk>/captions/<int:caption_pk>/", media.post_captions, name="post_captions"),
    path("<int:pk>/prepared/", post.prepared, name="prepared"),
    path("<int:pk>/pictures/<int:asset_pk>/<picture_size:size>/", media.post_asset, name="post_asset"),
]
