"""Shoppers, their tokens and addresses."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.models import TenantModel
from core.texts import EN, ZH


class Shopper(TenantModel):
    """A person who buys in a store, known by WeChat's openid."""

    public_id = PublicIdField()
    openid = models.CharField(max_length=128, editable=False)
    unionid = models.CharField(max_length=128, blank=True, editable=False)
    nickname = models.CharField(_("nickname"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True, choices=[(ZH, "简体中文"), (EN, "English")])
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last seen"), null=True, editable=False)

    # What makes DRF take a shopper for a caller who has logged in.
    is_authenticated = True
    is_anonymous = False

    class Meta:
        verbose_name = _("shopper")
        verbose_name_plural = _("shoppers")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["store", "openid"], name="shopper_openid_once")]

    def __str__(self) -> str:
        return self.nickname or self.public_id


class ShopperToken(TenantModel):
    """A bearer token, of which only the digest (SHA-256) is kept."""

    shopper = models.ForeignKey(Shopper, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.shopper} until {self.expires_at:%Y-%m-%d}"


class Address(TenantModel):
    """Where parcels of a shopper go."""

    public_id = PublicIdField()
    shopper = models.ForeignKey(Shopper, on_delete=models.CASCADE, related_name="addresses")
    name = models.CharField(_("recipient"), max_length=60)
    phone = models.CharField(_("phone"), max_length=20)
    country = models.CharField(_("country"), max_length=2, default="CN")
    province = models.CharField(_("province"), max_length=60, blank=True)
    city = models.CharField(_("city"), max_length=60)
    district = models.CharField(_("district"), max_length=60, blank=True)
    street = models.CharField(_("street"), max_length=200)
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    label = models.CharField(_("label"), max_length=20, blank=True)
    is_default = models.BooleanField(_("default"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ["-is_default", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["shopper"], condition=models.Q(is_default=True), name="address_one_default")
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.city}"
