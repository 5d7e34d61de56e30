"""Ways to pay that no provider carries out: cash on delivery, bank transfer."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantModel


class OfflineMethod(TenantModel):
    """How a store takes money by hand. Amounts in minor units of the store's currency."""

    class Kind(models.TextChoices):
        CASH_ON_DELIVERY = "cash_on_delivery", _("cash on delivery")
        BANK_TRANSFER = "bank_transfer", _("bank transfer")

    kind = models.CharField(_("way to pay"), max_length=20, choices=Kind.choices)
    enabled = models.BooleanField(_("offered"), default=True)
    instructions_zh = models.TextField(
        _("instructions (Chinese)"), max_length=1000, blank=True,
        help_text=_("One thing a line. What stands after a colon can be copied, such as an account number."),
    )  # fmt: skip
    instructions_en = models.TextField(_("instructions (English)"), max_length=1000, blank=True)
    most_amount = models.PositiveBigIntegerField(
        _("up to"), null=True, blank=True, help_text=_("Orders of more are not paid so. Empty: no limit.")
    )
    regions = models.TextField(
        _("regions"), max_length=1000, blank=True,
        help_text=_("Provinces, cities or districts to which it is offered, one a line. Empty: everywhere."),
    )  # fmt: skip
    days = models.PositiveSmallIntegerField(
        _("days to pay"), default=7, validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("How long an order waits for a transfer, its goods held. Cash on delivery does not use it."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("payment without a provider")
        verbose_name_plural = _("payments without a provider")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["store", "kind"], name="offline_method_once")]

    def __str__(self) -> str:
        return str(self.get_kind_display())
