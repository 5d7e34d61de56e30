"""Payouts: what is on the balance goes to the merchant's bank, and each transaction knows which payout took it."""

from __future__ import annotations

from sandbox.errors import Refused
from sandbox.stripe import documents, events, ledger
from sandbox.stripe.facts import Document
from sandbox.world import World


def pay_out(world: World, account: str, currency: str, everything: bool = False) -> Document:
    """Pays out what is available (or, with `everything`, what is pending too) in a currency. Raises Refused."""
    now = documents.now(world)
    where = (
        "account = ? AND object = 'balance_transaction' AND payout = '' AND json_extract(document, '$.currency') = ? "
        "AND json_extract(document, '$.type') <> 'payout' AND (? OR json_extract(document, '$.available_on') <= ?)"
    )
    values = (account, currency, everything, now)
    total = world.state.value(
        f"SELECT sum(json_extract(document, '$.net')) FROM stripe_documents WHERE {where}", *values
    )
    if not total or total < 0:
        raise Refused(
            409, "NOTHING_AVAILABLE", f"there is nothing to pay out in {currency}: the balance is {total or 0}"
        )
    payout = {
        "id": documents.new_id("po"),
        "object": "payout",
        "amount": total,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": now,
        "automatic": True,
        "balance_transaction": None,
        "created": now,
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "destination": "ba_sandbox",
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "completed",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "paid",
        "trace_id": None,
        "type": "bank_account",
    }
    with world.state.transaction():
        documents.add(world, account, payout)
        world.state.run(f"UPDATE stripe_documents SET payout = ? WHERE {where}", payout["id"], *values)
        entry = ledger.enter(world, account, "payout", -total, currency, payout["id"], description="STRIPE PAYOUT")
        world.state.run("UPDATE stripe_documents SET payout = ? WHERE id = ?", payout["id"], entry["id"])
        documents.change(world, payout, balance_transaction=entry["id"])
        events.tell(world, account, "payout.paid", payout)
    return payout
