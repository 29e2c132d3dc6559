from __future__ import annotations

from django.urls import path

from channels_app.views import acting, clients, colours, connecting, reading

app_name = "channels"
urlpatterns = [
    path("", reading.index, name="list"),
    path("networks/", reading.what_networks_allow, name="networks"),
    path("colours.css", colours.colours, name="colours"),
    path("connect/", connecting.choose, name="connect"),
    path("connect/<slug:platform>/", connecting.connect, name="connect_to"),
    path("connect/account", connecting.choose_account, name="choose_account"),
    path("keys/<slug:platform>/", connecting.keys, name="keys"),
    path("keys/<slug:platform>/remove/", connecting.remove_keys, name="remove_keys"),
    path("callback/<slug:platform>/<slug:place>/", connecting.callback, name="callback"),
    path("bluesky/client-metadata.json", clients.bluesky, name="bluesky_client"),
    path("bluesky/jwks.json", clients.bluesky_keys, name="bluesky_keys"),
    path("outlet/<str:token>/<str:name>", reading.outlet, name="outlet"),
    path("<int:pk>/", reading.detail, name="detail"),
    path("<int:pk>/picture", reading.avatar, name="avatar"),
    path("<int:pk>/reconnect/", connecting.reconnect, name="reconnect"),
    path("<int:pk>/disconnect/", acting.disconnect, name="disconnect"),
    path("<int:pk>/pause/", acting.pause, name="pause"),
    path("<int:pk>/resume/", acting.resume, name="resume"),
    path("<int:pk>/probe/", acting.probe, name="probe"),
    path("<int:pk>/describe/", acting.describe, name="describe"),
    path("<int:pk>/languages/", acting.speak, name="languages"),
    path("<int:pk>/lend/", acting.lend, name="lend"),
    path("<int:pk>/lend/<int:unit>/back/", acting.unlend, name="unlend"),
    path("<int:pk>/override/", acting.override, name="override"),
    path("<int:pk>/override/remove/", acting.remove_override, name="remove_override"),
    path("<int:pk>/practice/", acting.practice_mode, name="practice"),
]
