from __future__ import annotations

from django.urls import path

from libsocial.accounts.views import deputies, firstrun, house, invitations, people, profile, units

app_name = "accounts"
urlpatterns = [
    path("first-run/", firstrun.first_run, name="first_run"),
    path("people/", people.list_people, name="people"),
    path("people/invite/", invitations.invite, name="invite"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/roles/", people.give_role, name="give_role"),
    path("people/roles/<int:pk>/take/", people.take_role, name="take_role"),
    path("people/<int:pk>/deactivate/", people.deactivate, name="deactivate"),
    path("people/<int:pk>/reactivate/", people.reactivate, name="reactivate"),
    path("people/<int:pk>/reset-link/", people.reset_link, name="reset_link"),
    path("people/<int:pk>/remove-factors/", people.remove_factors, name="remove_factors"),
    path("people/invitations/<int:pk>/renew/", invitations.renew, name="invitation_renew"),
    path("people/invitations/<int:pk>/mail/", invitations.mail, name="invitation_mail"),
    path("people/invitations/<int:pk>/revoke/", invitations.revoke, name="invitation_revoke"),
    path("invitation/<str:token>/", invitations.accept, name="accept"),
    path("units/", units.list_units, name="units"),
    path("units/new/", units.new_unit, name="unit_new"),
    path("units/switch/", units.switch_unit, name="switch_unit"),
    path("units/<int:pk>/", units.unit, name="unit"),
    path("units/<int:pk>/change/", units.change_unit, name="unit_change"),
    path("units/<int:pk>/move/", units.move_unit, name="unit_move"),
    path("units/<int:pk>/archive/", units.archive_unit, name="unit_archive"),
    path("units/<int:pk>/restore/", units.restore_unit, name="unit_restore"),
    path("settings/", house.show, name="settings"),
    path("settings/library/", house.change_library, name="settings_library"),
    path("settings/hosts/", house.change_hosts, name="settings_hosts"),
    path("settings/registration/", house.change_registration, name="settings_registration"),
    path("settings/test-mail/", house.test_mail, name="settings_test_mail"),
    path("profile/", profile.profile, name="profile"),
    path("deputies/", deputies.deputies, name="deputies"),
    path("deputies/<int:pk>/end/", deputies.end_deputy, name="end_deputy"),
    path("profile/sessions/<int:pk>/end/", profile.end_session, name="end_session"),
]
