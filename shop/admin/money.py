"""Amounts in forms: people write ``128.50``, the column keeps ``12850``."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminTextInputWidget

from core.money import exponent, format_minor, parse_major


class MoneyField(forms.Field):
    """Takes an amount in major units and gives minor units. The currency is that of the row's store."""

    widget = UnfoldAdminTextInputWidget
    currency = "CNY"

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            digits = exponent(self.currency)
            whole, rest = divmod(value, 10**digits)
            return f"{whole}.{rest:0{digits}d}" if digits else str(whole)
        return value

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        try:
            return parse_major(str(value), self.currency)
        except ValueError:
            digits = exponent(self.currency)
            message = _("Write an amount such as %(example)s, with %(digits)s decimals at most.")
            example = "128.50" if digits == 2 else "128"
            raise forms.ValidationError(message % {"example": example, "digits": digits}) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != initial
        except forms.ValidationError:
            return True


def for_currency(field: MoneyField, currency: str) -> None:
    """Let the field read and show amounts of that currency."""
    field.currency = currency
    sign = format_minor(0, currency).rstrip("0.").strip() or currency
    field.widget.attrs.update(
        {
            "inputmode": "decimal",
            "autocomplete": "off",
            "prefix": sign,
            "style": f"max-width: 9rem; padding-left: {1.4 + 0.6 * len(sign):.1f}rem",
        }
    )


def money(amount: int | None, currency: str) -> SafeString | str:
    """An amount in a list: right-aligned, tabular digits; a dash where there is none."""
    if amount is None:
        return "–"
    return format_html('<span class="num">{}</span>', format_minor(amount, currency))
