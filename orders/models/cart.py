"""The cart, kept on the server so that it is the same on every device."""

from django.core.validators import MinValueValidator
from django.db import models

from core.ids import PublicIdField
from core.models import TenantModel


class CartLine(TenantModel):
    """So many of a variant in a shopper's cart. Prices are not kept here: they are those of the moment."""

    public_id = PublicIdField()
    shopper = models.ForeignKey("shop.Shopper", on_delete=models.CASCADE, related_name="cart_lines")
    variant = models.ForeignKey("shop.Variant", on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    selected = models.BooleanField(default=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["shopper", "variant"], name="cart_variant_once"),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="cart_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant}"
