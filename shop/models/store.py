"""A merchant's store, its staff, and its keys at WeChat Pay."""

from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import TenantModel
from core.money import CURRENCIES
from core.secrets import EncryptedTextField
from core.texts import EN, ZH


def both_languages() -> list[str]:
    return [ZH, EN]


class Store(models.Model):
    """One merchant's shop. Amounts are in minor units of its currency."""

    slug = models.SlugField(_("address"), max_length=40, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=60, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=60, blank=True)
    slogan_zh = models.CharField(_("slogan (Chinese)"), max_length=120, blank=True)
    slogan_en = models.CharField(_("slogan (English)"), max_length=120, blank=True)
    brand_color = models.CharField(
        _("brand colour"),
        max_length=7,
        default="#256d4f",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write it as #rrggbb."))],
    )
    logo = models.ForeignKey(
        "shop.Picture", verbose_name=_("logo"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    currency = models.CharField(
        _("currency"), max_length=3, default="CNY", choices=[(code, code) for code in CURRENCIES]
    )
    languages = models.JSONField(_("languages"), default=both_languages)
    default_language = models.CharField(
        _("default language"), max_length=10, default=ZH, choices=[(ZH, "简体中文"), (EN, "English")]
    )
    wechat_app_id = models.CharField(_("mini program AppID"), max_length=32, blank=True)
    wechat_app_secret = EncryptedTextField(_("mini program AppSecret"), blank=True)
    freight = models.PositiveIntegerField(_("freight"), default=0, help_text=_("For one order, in minor units."))
    free_freight_from = models.PositiveBigIntegerField(
        _("free freight from"),
        null=True,
        blank=True,
        help_text=_("Goods total from which freight is free, in minor units."),
    )
    payment_minutes = models.PositiveSmallIntegerField(
        _("minutes to pay"),
        default=30,
        validators=[MinValueValidator(5)],
        help_text=_("An unpaid order is closed after this time."),
    )
    receive_days = models.PositiveSmallIntegerField(
        _("days until received"), default=10, validators=[MinValueValidator(1)],
        help_text=_("A delivered order counts as received after this time."),
    )  # fmt: skip
    order_limit = models.PositiveSmallIntegerField(
        _("unpaid orders a shopper may have"), default=10, validators=[MinValueValidator(1)]
    )
    refund_approval_from = models.PositiveBigIntegerField(
        _("refunds that need two people"), null=True, blank=True,
        help_text=_("From this amount on somebody else has to agree, in minor units. Empty: never."),
    )  # fmt: skip
    alert_emails: Any = models.JSONField(_("mail addresses"), default=list, blank=True)
    alert_url = models.URLField(_("address of your own system"), max_length=500, blank=True)
    alert_secret = EncryptedTextField(_("secret that signs what is sent there"), blank=True)
    is_open = models.BooleanField(_("open"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        ordering = ["slug"]
        constraints = [models.CheckConstraint(condition=~Q(name_zh="", name_en=""), name="store_has_a_name")]

    def __str__(self) -> str:
        from core.texts import text

        return text(self, "name")


class StaffMembership(TenantModel):
    """A person who works in a store, and as what."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        MANAGER = "manager", _("manager")
        OPS = "ops", _("order staff")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.OPS)

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        constraints = [models.UniqueConstraint(fields=["store", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class WeChatPayAccount(TenantModel):
    """A store's merchant account at WeChat Pay v3.

    Both the public key and certificates may be set: during WeChat's migration either signs, message by message.
    """

    mchid = models.CharField(_("merchant number (mchid)"), max_length=32)
    serial_no = models.CharField(_("serial number of the merchant certificate"), max_length=64)
    private_key = EncryptedTextField(_("merchant private key (apiclient_key.pem)"))
    api_v3_key = EncryptedTextField(_("APIv3 key"))
    public_key_id = models.CharField(_("WeChat Pay public key id"), max_length=64, blank=True, help_text="PUB_KEY_ID_…")
    public_key = models.TextField(_("WeChat Pay public key (PEM)"), blank=True)
    # serial number → PEM of the platform certificates that are valid now
    certificates: Any = models.JSONField(_("platform certificates"), default=dict, blank=True)
    certificates_asked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("WeChat Pay account")
        verbose_name_plural = _("WeChat Pay accounts")
        constraints = [models.UniqueConstraint(fields=["store"], name="pay_account_once")]

    def __str__(self) -> str:
        return self.mchid


class StripeAccount(TenantModel):
    """A store's account at Stripe. Shoppers pay with it on the web; inside WeChat it is not offered.

    ``previous_webhook_secret``: while the endpoint's secret is rolled Stripe signs with both for a day, and either is accepted.
    """

    class Method(models.TextChoices):
        CARD = "card", _("card")
        WECHAT_PAY = "wechat_pay", _("WeChat Pay over Stripe")

    publishable_key = models.CharField(_("publishable key"), max_length=255, help_text="pk_live_…")
    secret_key = EncryptedTextField(_("secret key"))
    webhook_secret = EncryptedTextField(_("signing secret of the webhook"))
    previous_webhook_secret = EncryptedTextField(_("previous signing secret of the webhook"), blank=True)
    # Of Method; empty: whatever the account's dashboard has enabled.
    methods: Any = models.JSONField(_("ways to pay"), default=list, blank=True)
    account_country = models.CharField(
        _("country of the account"), max_length=2, blank=True, help_text=_("Two letters, e.g. HK.")
    )

    class Meta:
        verbose_name = _("Stripe account")
        verbose_name_plural = _("Stripe accounts")
        constraints = [models.UniqueConstraint(fields=["store"], name="stripe_account_once")]

    def __str__(self) -> str:
        return self.publishable_key

    @property
    def is_live(self) -> bool:
        """Whether its keys move real money."""
        return "_live_" in self.secret_key

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The secrets that may sign what its webhook delivers."""
        return tuple(secret for secret in (self.webhook_secret, self.previous_webhook_secret) if secret)
