"""Refunds: checked against what was captured, succeeded at once or pending for a while, and sometimes failing late."""

from __future__ import annotations

from typing import Any

from sandbox.errors import Refused
from sandbox.stripe import disputes, documents, events, ledger, paying
from sandbox.stripe.errors import Invalid, StripeError, missing
from sandbox.stripe.facts import Document, written
from sandbox.world import World

OUTCOMES = ("succeeded", "failed", "canceled", "requires_action")
# From which status to which a refund may be settled; a succeeded one can still fail, when the bank sends it back.
SETTLED_FROM = {
    "succeeded": ("pending", "requires_action"),
    "failed": ("pending", "requires_action", "succeeded"),
    "canceled": ("pending", "requires_action"),
    "requires_action": ("pending",),
}


def charge_of(world: World, account: str, params: dict[str, Any]) -> Document:
    """The charge that is to be refunded. Raises Invalid."""
    charge = None
    if "payment_intent" in params:
        intent = documents.get(world, account, params["payment_intent"], "payment_intent", "payment_intent")
        charge = documents.find(world, account, intent["latest_charge"] or "", "charge")
        if charge is None or not charge["paid"]:
            message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            raise Invalid(400, message, "payment_intent_unexpected_state", "payment_intent")
    if "charge" in params:
        named = documents.get(world, account, params["charge"], "charge", "charge")
        if charge is not None and charge["id"] != named["id"]:
            raise Invalid(400, "The charge does not belong to the payment_intent.", param="charge")
        charge = named
    if charge is None:
        raise missing("payment_intent")
    return charge


def create(world: World, account: str, charge: Document, params: dict[str, Any]) -> Document:
    """Refunds all that is left, or `amount` of it. Raises StripeError."""
    if not charge["paid"] or not charge["captured"]:
        message = f"Charge {charge['id']} was not captured: there is nothing to refund."
        raise StripeError(400, message, "charge_not_refundable", "charge")
    if charge["refunded"]:
        raise StripeError(400, f"Charge {charge['id']} has already been refunded.", "charge_already_refunded")
    if disputes.takes_money(world, account, charge):
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise StripeError(400, message, "charge_disputed")
    left, currency = charge["amount_captured"] - charge["amount_refunded"], charge["currency"]
    amount = params.get("amount", left)
    if amount > left:
        # Stripe sends no code with this one.
        message = (
            f"Refund amount ({written(amount, currency)}) is greater than unrefunded amount on charge "
            f"({written(left, currency)})"
        )
        raise StripeError(400, message, param="amount")
    setting = world.settings["stripe_refund"]
    refund = document(charge, amount, documents.now(world), "succeeded" if setting == "success" else "pending", params)
    documents.add(world, account, refund)
    _count(world, charge, amount)
    entry = ledger.enter(world, account, **movement(charge, refund))
    documents.change(world, refund, balance_transaction=entry["id"])
    events.tell(world, account, "refund.created", refund)
    events.tell(world, account, "charge.refunded", charge)
    if setting in ("pending", "failed"):
        outcome = "succeeded" if setting == "pending" else "failed"
        paying.later(world, refund["id"], outcome, world.settings["refund_seconds"])
    return refund


def in_dashboard(world: World, intent: str, amount: int | None) -> Document:
    """A refund that nobody asked for through the API: of `amount`, or of all that is left. Raises Refused."""
    account, params = documents.owner(world, intent), {"payment_intent": intent}
    try:
        with world.state.transaction():
            charge = charge_of(world, account, params)
            return create(world, account, charge, params if amount is None else {**params, "amount": amount})
    except StripeError as error:
        raise Refused(error.status, str(error.content.get("code", "REFUSED")), str(error)) from None


def document(charge: Document, amount: int, created: int, status: str, params: dict[str, Any]) -> Document:
    """A refund that is not kept yet."""
    kind = charge["payment_method_details"]["type"]
    told = {"reference": None, "reference_status": "pending", "reference_type": "acquirer_reference_number"}
    return {
        "id": documents.new_id("re" if kind == "card" else "pyr"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "destination_details": {"type": kind, kind: {**told, "type": "refund"} if kind == "card" else {}},
        "metadata": params.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }


def movement(charge: Document, refund: Document) -> dict[str, Any]:
    """The balance transaction of a refund, as arguments for the ledger; the fee of the payment is not given back."""
    return {
        "kind": "refund" if charge["payment_method_details"]["type"] == "card" else "payment_refund",
        "category": "refund",
        "amount": -refund["amount"],
        "currency": refund["currency"],
        "source": refund["id"],
        "description": "REFUND FOR PAYMENT",
    }


def settle(world: World, identifier: str, outcome: str, reason: str = "") -> Document:
    """Brings a refund to its end, or to requires_action. What failed or was canceled is on the balance again.
    Raises Refused."""
    if outcome not in OUTCOMES:
        raise Refused(400, "BAD_FIELD", f"outcome: one of {', '.join(OUTCOMES)}")
    account = documents.owner(world, identifier)
    refund = documents.find(world, account, identifier, "refund")
    if refund is None:
        raise Refused(404, "REFUND_UNKNOWN", "there is no such refund")
    if refund["status"] not in SETTLED_FROM[outcome]:
        raise Refused(409, "REFUND_FINISHED", f"the refund is {refund['status']}: it cannot become {outcome}")
    with world.state.transaction():
        world.state.run("DELETE FROM stripe_errands WHERE id = ?", identifier)
        previous = {"status": refund["status"]}
        changes: dict[str, Any] = {"status": outcome}
        if outcome in ("failed", "canceled"):
            charge = documents.find(world, account, refund["charge"], "charge")
            assert charge is not None
            _count(world, charge, -refund["amount"])
            entry = ledger.enter(
                world,
                account,
                "refund_failure" if charge["payment_method_details"]["type"] == "card" else "payment_failure_refund",
                refund["amount"],
                refund["currency"],
                refund["id"],
                category="refund_failure",
                description="REFUND FAILURE",
            )
            changes["failure_balance_transaction"] = entry["id"]
            if outcome == "failed":
                changes["failure_reason"] = reason or "unknown"
        documents.change(world, refund, **changes)
        events.tell(world, account, "refund.updated", refund, previous)
        if outcome == "failed":
            events.tell(world, account, "refund.failed", refund)
    return refund


def _count(world: World, charge: Document, amount: int) -> None:
    refunded = charge["amount_refunded"] + amount
    documents.change(world, charge, amount_refunded=refunded, refunded=refunded >= charge["amount_captured"])
