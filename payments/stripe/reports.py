"""Stripe's objects read as the house's reports. Each raises Malformed for what is not the object it should be."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from payments.gateways import DisputeReport, Malformed, PaymentReport, RefundReport
from payments.stripe import amounts

REFUND_STATES: dict[str, Literal["processing", "succeeded", "failed"]] = {
    "pending": "processing",
    "requires_action": "processing",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "failed",
}
# An inquiry (``warning_…``) or one that was prevented has taken no money: there is nothing to book.
DISPUTE_STATES: dict[str, Literal["open", "won", "lost"]] = {
    "needs_response": "open",
    "under_review": "open",
    "won": "won",
    "lost": "lost",
}


def payment_report(intent: Mapping[str, Any]) -> PaymentReport:
    """How an intent of ours stands. The transaction is its charge."""
    number, status = metadata_of(intent).get("payment"), intent.get("status")
    if not isinstance(number, str) or not isinstance(status, str):
        raise Malformed("an intent without our number or a status")
    identity = {"intent": text(intent, "id"), "order": metadata_of(intent).get("order")}
    if status != "succeeded":
        return PaymentReport(number, "closed" if status == "canceled" else "open", identity=identity, confirmed=True)
    charge = intent.get("latest_charge")
    currency = currency_of(intent)
    return PaymentReport(
        number,
        "succeeded",
        amount_of(intent, "amount_received", currency),
        currency,
        id_of(charge),
        moment(charge.get("created")) if isinstance(charge, dict) else None,
        identity,
        confirmed=True,
    )


def refund_report(refund: Mapping[str, Any], *, charge: str = "", currency: str = "") -> RefundReport:
    """How a refund stands; ``charge`` and ``currency`` are those it should be of, where they are known.

    Its number is ours, or Stripe's own when it was made in the dashboard.
    """
    state = REFUND_STATES.get(str(refund.get("status")))
    if state is None:
        raise Malformed("a refund without a status")
    identifier, written = text(refund, "id"), currency_of(refund)
    intent = refund.get("payment_intent")
    ours = metadata_of(intent).get("payment") if isinstance(intent, dict) else None
    wrong = []
    if charge and id_of(refund.get("charge")) != charge:
        wrong.append("charge")
    if currency and written != currency:
        wrong.append("currency")
    # When it was asked for is when it left the balance, and the day under which the statement has it.
    return RefundReport(
        str(metadata_of(refund).get("refund") or identifier),
        state,
        amount_of(refund, "amount", written),
        identifier,
        moment(refund.get("created")) if state == "succeeded" else None,
        str(refund.get("failure_reason") or refund.get("status")),
        ", ".join(wrong),
        str(ours or ""),
        confirmed=True,
    )


def dispute_report(dispute: Mapping[str, Any]) -> DisputeReport | None:
    """How a dispute stands; None while no money has been taken."""
    state = DISPUTE_STATES.get(str(dispute.get("status")))
    intent = dispute.get("payment_intent")
    if state is None or not isinstance(intent, dict):
        return None
    currency = currency_of(dispute)
    return DisputeReport(
        text(dispute, "id"),
        str(metadata_of(intent).get("payment") or ""),
        state,
        amount_of(dispute, "amount", currency),
        currency,
        str(dispute.get("reason") or ""),
    )


def metadata_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What we wrote on it; empty when nothing."""
    metadata = document.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def id_of(value: object) -> str:
    """The id of an object, whether it is written out or not. Raises Malformed."""
    if isinstance(value, dict):
        value = value.get("id")
    if not isinstance(value, str) or not 1 <= len(value) <= 64:
        raise Malformed("no id where there should be one")
    return value


def text(document: Mapping[str, Any], name: str) -> str:
    """A member that is an id. Raises Malformed."""
    return id_of(document.get(name))


def currency_of(document: Mapping[str, Any]) -> str:
    """Its currency as the house writes it: three capital letters. Raises Malformed."""
    currency = document.get("currency")
    if not isinstance(currency, str) or len(currency) != 3:
        raise Malformed("no currency")
    return currency.upper()


def amount_of(document: Mapping[str, Any], name: str, currency: str) -> int:
    """An amount in minor units, not negative. Raises Malformed."""
    amount = document.get(name)
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0:
        raise Malformed(f"{name} is no amount")
    return amounts.from_stripe(amount, currency)


def moment(value: object) -> datetime | None:
    """A moment in Unix seconds."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**11:
        return None
    return datetime.fromtimestamp(value, UTC)
