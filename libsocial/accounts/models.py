from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, person: User) -> UserQuerySet:
        """People with a role in a unit whose people this person may see, and the person.

        Those without any role are the business of the library's administrators, who see everybody.
        """
        from libsocial.accounts.policies import administers_all, subtree_q

        if administers_all(person):
            return self.all()
        theirs = Membership.objects.filter(subtree_q(person, "people.see", "unit__")).values("user_id")
        return self.filter(models.Q(pk__in=theirs) | models.Q(pk=person.pk))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_person(self, email: str, password: str | None, **fields: Any) -> User:
        """A person with a proven address: whoever vouches for it (invitation, terminal) stands behind the call."""
        from allauth.account.models import EmailAddress

        with transaction.atomic():
            user = self.create_user(email, password, **fields)
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_superuser=True, is_staff=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may do follows from memberships, never from flags here."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    zone = models.CharField(max_length=64, blank=True)  # empty: the zone of their unit
    language = models.CharField(max_length=10, blank=True)
    theme = models.CharField(
        max_length=5, default="auto", choices=[("auto", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))]
    )
    contrast = models.CharField(
        max_length=4, blank=True, default="", choices=[("", _("As the device")), ("more", _("More contrast"))]
    )
    density = models.CharField(
        max_length=7, blank=True, default="", choices=[("", _("Comfortable")), ("compact", _("Compact"))]
    )
    shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email


class UnitManager(models.Manager["Unit"]):
    def plant(self, *, name: str, parent: Unit | None = None, **fields: Any) -> Unit:
        """A new unit with its path; zone and language are the parent's unless given."""
        if parent is not None:
            fields = {"zone": parent.zone, "language": parent.language, **fields}
        with transaction.atomic():
            unit = self.create(name=name, parent=parent, path="", **fields)
            unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
            unit.save(update_fields=["path"])
        return unit


class Unit(models.Model):
    """The library system, a branch, a department, a partner: a tree. The one root is the library itself."""

    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    # '/1/4/9/': ids from the root to this unit, so that a subtree is one prefix query.
    path = models.CharField(max_length=250, db_index=True, editable=False)
    zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    language = models.CharField(_("language"), max_length=35, default="en")
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    # Policy. Null means: as the parent says (read through accounts.policy.of(unit)).
    approvals_needed = models.PositiveSmallIntegerField(null=True, blank=True)
    own_approval = models.BooleanField(null=True, blank=True)
    alt_text_rule = models.CharField(max_length=5, blank=True)  # off, warn, block; '' as the parent
    language_review = models.CharField(max_length=5, blank=True)  # off, warn, block; '' as the parent
    late_hours = models.PositiveSmallIntegerField(null=True, blank=True)  # a post later than this expires
    remind_after_hours = models.PositiveSmallIntegerField(null=True, blank=True)  # 0: never
    escalate_after_hours = models.PositiveSmallIntegerField(null=True, blank=True)  # 0: never
    guests_may = models.CharField(max_length=10, blank=True)  # no, see, comment, approve, alone; '' as the parent
    break_glass = models.BooleanField(null=True, blank=True)
    # off, hint, warn or block by the id of a check; what is missing is as the parent says.
    rules = models.JSONField(default=dict, blank=True)

    objects = UnitManager()

    class Meta:
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(
                Coalesce("parent", models.Value(0)), condition=models.Q(parent=None), name="one_root"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    CONTRIBUTOR = "contributor", _("Contributor")
    EDITOR = "editor", _("Editor")
    SUPERVISOR = "supervisor", _("Supervisor")
    ADMIN = "admin", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


class Membership(models.Model):
    """A role of a person in a unit; it holds in the units below as well. A person may hold several."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "unit", "role"], name="one_role_once")]


class Deputy(models.Model):
    """A person is away; for that time another one approves in their place, in one unit and those below it."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences")
    deputy = models.ForeignKey(User, on_delete=models.CASCADE, related_name="deputyships")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # called off before its time
    told_at = models.DateTimeField(null=True, blank=True)  # when the deputy was told what waits

    class Meta:
        ordering = ["begins_at"]
        indexes = [models.Index(fields=["deputy", "ends_at"], name="deputy_now")]


class Invitation(models.Model):
    """A link that lets one person in. Only the hash of its token is kept; it works once, for seven days."""

    email = models.EmailField(_("e-mail"))
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=12, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # The mail that carries the link, where one was asked for; its own row says how far it came.
    letter = models.OneToOneField("notices.Letter", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
