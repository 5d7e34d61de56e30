"""Charges: one attempt to take money for a payment intent, and what came of it."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.stripe import documents, events, ledger
from sandbox.stripe.facts import DECLINES, Document
from sandbox.world import World


def document(
    identifier: str, intent: Document, method: Document, created: int, captured: int, failure: str = ""
) -> Document:
    """A charge that is not kept yet: captured in full (or in part, or not at all), or failed for what `failure` says
    (the last four digits of a card that is declined)."""
    code, decline, message = DECLINES.get(failure, (None, None, None))
    outcome = {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if failure else "approved_by_network",
        "reason": decline,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": "The bank did not say why." if failure else "Payment complete.",
        "type": "issuer_declined" if failure else "authorized",
    }
    return {
        "id": identifier,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": captured,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
        "calculated_statement_descriptor": "SANDBOX",
        "captured": captured > 0,
        "created": created,
        "currency": intent["currency"],
        "customer": None,
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": code,
        "failure_message": message,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": outcome,
        "paid": not failure,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": details(method),
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "failed" if failure else "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }


def new_charge_id(method: Document) -> str:
    """`ch_` for cards, `py_` for everything else, as Stripe does."""
    return documents.new_id("ch" if method["type"] == "card" else "py")


def details(method: Document) -> Document:
    """payment_method_details of a charge."""
    if method["type"] == "wechat_pay":
        told = {"fingerprint": secrets.token_hex(8), "location": None, "reader": None}
        return {"type": "wechat_pay", "wechat_pay": {**told, "transaction_id": "42" + secrets.token_hex(13)}}
    card = method["card"]
    kept = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    return {"type": "card", "card": {name: card[name] for name in kept} | {"network": card["brand"], "wallet": None}}


def movement(charge: Document) -> dict[str, Any]:
    """The balance transaction of a captured charge, as arguments for the ledger. Cards make a `charge`, local payment
    methods a `payment`; both report as charge (docs.stripe.com/reports/balance-transaction-types)."""
    return {
        "kind": "charge" if charge["payment_method_details"]["type"] == "card" else "payment",
        "category": "charge",
        "amount": charge["amount_captured"],
        "currency": charge["currency"],
        "source": charge["id"],
        "fee": ledger.processing_fee(charge["amount_captured"]),
        "description": charge["description"],
        "available_after": ledger.AVAILABLE_AFTER,
    }


def take(world: World, account: str, intent: Document, method: Document, capture: bool) -> Document:
    """Takes (or only reserves) the money of an intent; the charge."""
    captured = intent["amount"] if capture else 0
    charge = document(new_charge_id(method), intent, method, documents.now(world), captured)
    documents.add(world, account, charge)
    if capture:
        entry = ledger.enter(world, account, **movement(charge))
        documents.change(world, charge, balance_transaction=entry["id"])
    events.tell(world, account, "charge.succeeded", charge)
    return charge


def decline(world: World, account: str, intent: Document, method: Document) -> Document:
    """A charge that the bank refused."""
    last4 = method["card"]["last4"]
    charge = document(new_charge_id(method), intent, method, documents.now(world), 0, failure=last4)
    documents.add(world, account, charge)
    events.tell(world, account, "charge.failed", charge)
    return charge


def capture(world: World, account: str, charge: Document, amount: int) -> None:
    """Takes what was reserved, or a part of it; the rest goes back to the payer."""
    documents.change(world, charge, captured=True, amount_captured=amount)
    entry = ledger.enter(world, account, **movement(charge))
    documents.change(world, charge, balance_transaction=entry["id"])
    events.tell(world, account, "charge.captured", charge)


def release(world: World, account: str, charge: Document) -> None:
    """Gives up what was reserved and never captured."""
    documents.change(world, charge, refunded=True, amount_refunded=charge["amount"])
    events.tell(world, account, "charge.refunded", charge)
