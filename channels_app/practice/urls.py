from __future__ import annotations

from django.urls import path

from channels_app.practice import views

app_name = "practice"
urlpatterns = [
    path("", views.timeline, name="timeline"),
    path("media/<int:pk>/<int:index>", views.picture, name="picture"),
    path("media/<int:pk>/<int:index>/captions/<int:number>", views.captions, name="captions"),
    path("@<slug:handle>/", views.account, name="account"),
    path("@<slug:handle>/<int:pk>/", views.post, name="post"),
    path("@<slug:handle>/<int:pk>/like/", views.like, name="like"),
    path("@<slug:handle>/<int:pk>/share/", views.share, name="share"),
    path("@<slug:handle>/<int:pk>/reply/", views.reply, name="reply"),
]
