from __future__ import annotations

from django.urls import path

from libsocial.hours.views import closures, week

app_name = "hours"
urlpatterns = [
    path("", closures.overview, name="overview"),
    path("<int:pk>/", week.show, name="unit"),
    path("<int:pk>/week/", week.save_week, name="week"),
    path("<int:pk>/quiet/", week.add_quiet, name="quiet"),
    path("<int:pk>/quiet/<int:number>/end/", week.end_quiet, name="quiet_end"),
    path("<int:pk>/follow/<slug:what>/", week.follow, name="follow"),
    path("<int:pk>/rules/", week.save_rules, name="rules"),
    path("<int:pk>/closures/", closures.of_unit, name="closures"),
    path("<int:pk>/closures/new/", closures.new, name="closure_new"),
    path("<int:pk>/holidays/", closures.accept_holidays, name="holidays"),
    path("closures/<int:pk>/", closures.edit, name="closure"),
    path("closures/<int:pk>/lift/", closures.lift, name="closure_lift"),
    path("closures/<int:pk>/decide/<slug:name>/", closures.decide, name="closure_decide"),
]
