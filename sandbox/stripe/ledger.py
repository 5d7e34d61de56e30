"""The balance: one transaction for each movement of money, fees beside it. Amounts are in minor units of the currency."""

from __future__ import annotations

from typing import Any

from sandbox.stripe import documents
from sandbox.stripe.facts import Document
from sandbox.world import World

# Money can be paid out two days after it came.
AVAILABLE_AFTER = 2 * 86400
DISPUTE_FEE = 1500


def processing_fee(amount: int) -> int:
    """What Stripe keeps of a payment: 2.9 % and 30, never more than the payment."""
    return min(amount, (amount * 29 + 500) // 1000 + 30)


def transaction(
    world: World,
    kind: str,
    amount: int,
    currency: str,
    source: str,
    fee: int = 0,
    category: str = "",
    description: str | None = None,
    created: int | None = None,
    available_after: int = 0,
) -> Document:
    """A balance transaction that is not kept yet. `category` is its reporting_category when that differs from `kind`."""
    at = documents.now(world) if created is None else created
    details = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Stripe processing fees" if kind in ("charge", "payment") else "Dispute fee",
        "type": "stripe_fee",
    }
    return {
        "id": documents.new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": at + available_after,
        "balance_type": "payments",
        "created": at,
        "currency": currency,
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [details] if fee else [],
        "net": amount - fee,
        "reporting_category": category or kind,
        "source": source,
        "status": "pending" if available_after else "available",
        "type": kind,
    }


def enter(world: World, account: str, *movement: Any, **more: Any) -> Document:
    """Makes a balance transaction (as `transaction`) and keeps it."""
    return documents.add(world, account, transaction(world, *movement, **more))


def balance(world: World, account: str) -> Document:
    """The balance object: sums by currency of what is available and what is pending."""
    rows = world.state.all(
        "SELECT json_extract(document, '$.currency') AS currency, json_extract(document, '$.available_on') <= ? AS ready, "
        "sum(json_extract(document, '$.net')) AS net FROM stripe_documents "
        "WHERE account = ? AND object = 'balance_transaction' GROUP BY 1, 2",
        documents.now(world),
        account,
    )
    sums = {(bool(row["ready"]), row["currency"]): row["net"] for row in rows}
    currencies = sorted({currency for _, currency in sums})
    return {
        "object": "balance",
        "livemode": False,
        **{
            name: [
                {"amount": sums.get((ready, currency), 0), "currency": currency, "source_types": {}}
                for currency in currencies
            ]
            for name, ready in (("available", True), ("pending", False))
        },
    }
