"""Addresses of a shopper: few, and one of them the default."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.problems import Problem
from shop.models import Address, Shopper

MOST = 50


def add(shopper: Shopper, columns: dict[str, Any]) -> Address:
    """A new address; a shopper's first is the default. Raises Problem 409 when there are too many."""
    with transaction.atomic():
        _lock(shopper)
        others = Address.objects.filter(shopper=shopper)
        count = others.count()
        if count >= MOST:
            raise Problem(
                "too-many-addresses", 409, _("You have %(most)s addresses. Delete one first.") % {"most": MOST}
            )
        is_default = columns.get("is_default", False) or count == 0
        if is_default:
            others.filter(is_default=True).update(is_default=False)
        return Address.objects.create(
            store_id=shopper.store_id, shopper=shopper, **{**columns, "is_default": is_default}
        )


def change(address: Address, columns: dict[str, Any]) -> Address:
    """Change these columns of the address."""
    with transaction.atomic():
        _lock(address.shopper)
        if columns.get("is_default"):
            Address.objects.filter(shopper=address.shopper, is_default=True).exclude(pk=address.pk).update(
                is_default=False
            )
        for name, value in columns.items():
            setattr(address, name, value)
        if columns:
            address.save(update_fields=list(columns))
    return address


def remove(address: Address) -> None:
    """Delete the address; when it was the default, the newest other one becomes it."""
    with transaction.atomic():
        _lock(address.shopper)
        was_default = address.is_default
        shopper_pk = address.shopper_id
        address.delete()
        newest = Address.objects.filter(shopper=shopper_pk).order_by("-id").first()
        if was_default and newest is not None:
            Address.objects.filter(pk=newest.pk).update(is_default=True)


def _lock(shopper: Shopper) -> None:
    """Two changes at once must not leave two defaults: one waits for the other."""
    Shopper.objects.select_for_update(no_key=True).get(pk=shopper.pk)
