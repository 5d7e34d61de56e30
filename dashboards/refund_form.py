"""What staff say when they ask for a refund (all, an amount, or goods; and why), and to which bank card one goes that could not arrive."""

import hashlib
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.ids import public_id
from core.texts import pick
from payments.gateways import BankCard
from payments.models import Payment, Refund
from payments.refund_lines import Left, Part, left_of
from shop.admin.money import MoneyField

ALL, AMOUNT, GOODS = "all", "amount", "goods"
CARD, STORE = "card", "store"
MISSING = {
    "bank": _("Which bank?"),
    "account": _("Which account number?"),
    "holder": _("Whose card is it?"),
}
# Reasons to choose from; the payer reads them: Chinese, English.
REASONS = (
    ("缺货", "Out of stock"),
    ("商品破损", "Damaged on the way"),
    ("发错商品", "The wrong goods were sent"),
    ("买家不想要了", "No longer wanted"),
    ("协商退款", "As agreed with the shopper"),
)


class RefundForm(forms.Form):
    """One refund of one payment. ``token`` is made with the empty form: what is confirmed from it twice is one refund."""

    how = forms.ChoiceField(choices=[(ALL, _("All")), (AMOUNT, _("An amount")), (GOODS, _("Goods"))])
    amount = MoneyField(required=False)
    besides = MoneyField(required=False)
    reason = forms.CharField(
        max_length=80, error_messages={"required": _("Say why the money goes back: the payer may read it.")}
    )
    token = forms.CharField(max_length=40)
    instead = forms.CharField(max_length=64, required=False)

    def __init__(self, payment: Payment, data: Any = None, *, failed: Refund | None = None) -> None:
        initial = {"how": ALL, "token": public_id(), "amount": payment.refundable}
        if failed is not None:
            initial |= {"how": AMOUNT, "amount": failed.amount, "reason": failed.reason, "instead": failed.number}
        super().__init__(data, initial=initial)
        self.payment = payment
        for name in ("amount", "besides"):
            field = self.fields[name]
            assert isinstance(field, MoneyField)
            field.currency = payment.currency
        self.left = left_of(payment) if payment.settles else []
        for entry in self.left:
            self.fields[_quantity(entry)] = forms.IntegerField(
                required=False, min_value=0, max_value=max(entry.quantity, 0)
            )
        self.parts: list[Part] = []
        self.total = 0

    def rows(self) -> list[tuple[Left, forms.BoundField]]:
        """Each line with the field that asks how many of it go back."""
        return [(entry, self[_quantity(entry)]) for entry in self.left]

    def reasons(self) -> list[str]:
        """Reasons to choose from, in the language that the store's shoppers read first."""
        return [pick(zh, en, self.payment.store.default_language) for zh, en in REASONS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        how = cleaned.get("how")
        if how == AMOUNT and cleaned.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _("How much?"))
        if how == GOODS:
            self._take_goods(cleaned)
        elif how == AMOUNT:
            self.total = cleaned.get("amount") or 0
        elif how == ALL:
            self.total = self.payment.refundable
        return cleaned

    def _take_goods(self, cleaned: dict[str, Any]) -> None:
        for entry in self.left:
            if quantity := cleaned.get(_quantity(entry)):
                self.parts.append((entry.line, quantity, entry.part(quantity)))
        if not self.parts and not self.errors:
            self.add_error(None, _("Say how many pieces go back."))
        self.total = sum(amount for _line, _pieces, amount in self.parts) + (cleaned.get("besides") or 0)

    def typed(self) -> list[tuple[str, str]]:
        """What was typed, name by name."""
        return [(name, self.data.get(name, "")) for name in self.fields]

    def key(self) -> str:
        """What names this confirmation: the same form with the same content is the same refund, whatever is left meanwhile."""
        return hashlib.sha256(repr(self.typed()).encode()).hexdigest()


class RedirectForm(forms.Form):
    """Where a refund goes that could not arrive: to the payer's card, or to the store's own account. Nothing of a card is kept."""

    to = forms.ChoiceField(choices=[(CARD, _("The payer's bank card")), (STORE, _("The store's own account"))])
    bank = forms.RegexField(
        r"^[A-Z0-9_]+$",
        required=False,
        max_length=32,
        error_messages={"invalid": _("Write the provider's code of the bank, such as ICBC_DEBIT.")},
    )
    account = forms.CharField(required=False, max_length=64)
    holder = forms.CharField(required=False, max_length=64)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"to": CARD})

    def clean_account(self) -> str:
        digits = "".join(self.cleaned_data["account"].split())
        if digits and not (digits.isascii() and digits.isdecimal() and 8 <= len(digits) <= 32):
            raise forms.ValidationError(_("An account number has digits alone."))
        return digits

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("to") == CARD:
            for name, words in MISSING.items():
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(name, words)
        return cleaned

    def card(self) -> BankCard | None:
        """The payer's card; None when the store's own account gets it."""
        given = self.cleaned_data
        return BankCard(given["bank"], given["account"], given["holder"]) if given["to"] == CARD else None

    def digits(self) -> str:
        """The account number in groups, to be compared with what was said."""
        account = self.cleaned_data["account"]
        return " ".join(account[at : at + 4] for at in range(0, len(account), 4))


def _quantity(entry: Left) -> str:
    return f"quantity_{entry.line.public_id}"
