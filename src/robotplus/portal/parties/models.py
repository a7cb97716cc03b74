"""Person, organisation, grant, and what registration and approval need."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from robotplus.portal.core.models import Area, Document


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str | None = None, password: str | None = None, **rest: Any) -> User:
        user = self.model(email=self.normalize_email(email) or None, **rest)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **rest: Any) -> User:
        """The deployer's own account; whoever types it at the machine need not prove the address."""
        from allauth.account.models import EmailAddress  # needs this model first

        user = self.create_user(email, password, is_staff=True, is_superuser=True, **rest)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user


class Rhythm(models.TextChoices):
    AT_ONCE = "at_once", _("each one at once")
    DAILY = "daily", _("once a day, together")
    NEVER = "never", _("not at all: I look into the inbox")


def _by_email() -> list[str]:
    return ["email"]


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. All of their personal data stands here and in allauth's tables, and can be erased."""

    email = models.EmailField(unique=True, null=True, blank=True)
    phone = models.CharField(max_length=20, unique=True, null=True, blank=True)
    phone_verified = models.BooleanField(default=False)
    name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)
    consent_version = models.CharField(max_length=20, blank=True)  # of the privacy notice agreed to
    consent_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    rhythm = models.CharField(max_length=8, choices=Rhythm.choices, default=Rhythm.AT_ONCE)
    channels = models.JSONField(default=_by_email)  # of CHANNELS; notices stand in the inbox in any case
    wecom = models.CharField(max_length=64, blank=True)  # their id in the deployer's WeCom

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email or self.phone or f"#{self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email or None  # several people have none, and none is unique
        super().save(*args, **kwargs)


class OrganisationKind(models.TextChoices):
    USER = "user", _("user unit")
    MAKER = "maker", _("maker")
    INTEGRATOR = "integrator", _("integrator")
    LESSOR = "lessor", _("lessor")
    RESEARCH = "research", _("research body")
    TEST_CENTRE = "test_centre", _("test centre")
    EXPERIENCE_CENTRE = "experience_centre", _("experience centre")
    DISTRICT = "district", _("district government")
    COMMISSION = "commission", _("commission")
    FINANCE = "finance", _("bank or fund")
    SCHOOL = "school", _("school")
    ASSOCIATION = "association", _("association")
    OPERATOR = "operator", _("platform operator")


class Organisation(models.Model):
    """A legal body. ``code``: unified social credit code (CN) or its register's number with the country."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting for approval")
        REVIEW = "review", _("in review: another organisation claims this code")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        SUSPENDED = "suspended", _("suspended")

    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    country = models.CharField(max_length=2, default="CN")
    code = models.CharField(max_length=40, db_index=True)
    kind = models.CharField(max_length=20, choices=OrganisationKind.choices)
    areas = models.ManyToManyField(Area, blank=True, related_name="organisations")
    about = models.TextField(blank=True, max_length=4000)
    website = models.URLField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING, db_index=True)
    licence = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    authorisation = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.TextField(blank=True)
    is_example = models.BooleanField(default=False)  # invented, and marked so wherever it shows
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["country", "code"],
                condition=models.Q(state="approved"),
                name="one_approved_organisation_a_code",
            )
        ]

    def __str__(self) -> str:
        return self.name_zh


class Role(models.TextChoices):
    OWNER = "owner", _("owner")
    EDITOR = "editor", _("editor")
    VIEWER = "viewer", _("viewer")
    OFFICIAL = "official", _("official")
    OPERATOR = "operator", _("operator")


class GrantQuerySet(models.QuerySet["Grant"]):
    def today(self) -> GrantQuerySet:
        """The grants in force now; an ex-member's has ended."""
        now = timezone.now()
        return self.filter(start__lte=now).filter(models.Q(end=None) | models.Q(end__gt=now))


class Grant(models.Model):
    """(person, organisation, role, scope, from, until). The scope narrows an official to fields, areas, programmes."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=10, choices=Role.choices)
    field = models.CharField(max_length=20, blank=True)
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT)
    programme = models.CharField(max_length=40, blank=True)
    start = models.DateTimeField(default=timezone.now)
    end = models.DateTimeField(null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "organisation"])]


class Invitation(models.Model):
    """An invitation to join an organisation; the token is stored hashed."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    address = models.CharField(max_length=254)  # e-mail or mobile number
    role = models.CharField(max_length=10, choices=Role.choices)
    token_sha256 = models.CharField(max_length=80, unique=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)


class ApiToken(models.Model):
    """A member's key to the API: scoped, expiring, stored hashed."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    label = models.CharField(max_length=80)
    scopes = models.JSONField(default=list)
    token_sha256 = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Notice(models.Model):
    """Something a person is told: in their inbox, and by the channels they chose, one by one or in a digest."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    organisation = models.ForeignKey(  # as whose member they are told; ex-members see it no longer
        Organisation, null=True, on_delete=models.CASCADE, related_name="+"
    )
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=30)
    subject_id = models.CharField(max_length=64)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    digest = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "read_at"])]


class LoginRecord(models.Model):
    """That somebody signed in, kept for ``LOGIN_LOG_DAYS``; the address is a keyed hash of its network prefix."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="logins")
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    prefix_sha256 = models.CharField(max_length=80)
