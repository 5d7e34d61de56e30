"""Disputes: the bank takes the money back first, with a fee, and gives it again when the merchant wins."""

from __future__ import annotations

from typing import Any

from sandbox.errors import Refused
from sandbox.stripe import documents, events, ledger
from sandbox.stripe.facts import DISPUTE_REASONS, Document
from sandbox.world import World

OUTCOMES = ("under_review", "won", "lost")
TO_ANSWER = 9 * 86400


def takes_money(world: World, account: str, charge: Document) -> bool:
    """Whether the money of a charge is with the bank, for a dispute that is open or lost."""
    if not charge["disputed"]:
        return False
    kept = documents.of_intent(world, account, "dispute", charge["payment_intent"])
    return any(dispute["status"] != "won" for dispute in kept)


def open_one(world: World, intent_id: str, reason: str, amount: Any = None) -> Document:
    """The payer disputes a payment, or `amount` of it. Raises Refused."""
    account = documents.owner(world, intent_id)
    intent = documents.find(world, account, intent_id, "payment_intent")
    charge = documents.find(world, account, (intent or {}).get("latest_charge") or "", "charge")
    if intent is None or charge is None or not charge["captured"]:
        raise Refused(404, "NOT_PAID", "there is no captured payment with this payment_intent")
    if reason not in DISPUTE_REASONS:
        raise Refused(400, "BAD_FIELD", f"reason: one of {', '.join(DISPUTE_REASONS)}")
    if takes_money(world, account, charge):
        raise Refused(409, "DISPUTED", "the payment is disputed already")
    taken = charge["amount_captured"] if amount is None else amount
    if isinstance(taken, bool) or not isinstance(taken, int) or not 1 <= taken <= charge["amount_captured"]:
        raise Refused(400, "BAD_FIELD", "amount: a whole number of minor units, at most what was captured")
    now = documents.now(world)
    dispute = {
        "id": documents.new_id("du"),
        "object": "dispute",
        "amount": taken,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": now + TO_ANSWER,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": intent_id,
        "reason": reason,
        "status": "needs_response",
    }
    with world.state.transaction():
        documents.add(world, account, dispute)
        documents.change(world, charge, disputed=True)
        events.tell(world, account, "charge.dispute.created", dispute)
        _move(
            world, account, dispute, -taken, ledger.DISPUTE_FEE, "dispute", f"Chargeback withdrawal for {charge['id']}"
        )
        events.tell(world, account, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def decide(world: World, identifier: str, outcome: str) -> Document:
    """under_review, won (the money comes back, with the fee) or lost. Raises Refused."""
    account = documents.owner(world, identifier)
    dispute = documents.find(world, account, identifier, "dispute")
    if dispute is None:
        raise Refused(404, "DISPUTE_UNKNOWN", "there is no such dispute")
    if outcome not in OUTCOMES:
        raise Refused(400, "BAD_FIELD", f"outcome: one of {', '.join(OUTCOMES)}")
    if dispute["status"] in ("won", "lost"):
        raise Refused(409, "DISPUTE_CLOSED", f"the dispute is {dispute['status']} already")
    with world.state.transaction():
        previous = {"status": dispute["status"]}
        documents.change(world, dispute, status=outcome)
        if outcome == "under_review":
            events.tell(world, account, "charge.dispute.updated", dispute, previous)
            return dispute
        events.tell(world, account, "charge.dispute.closed", dispute)
        if outcome == "won":
            told = f"Chargeback reversal for {dispute['charge']}"
            _move(world, account, dispute, dispute["amount"], -ledger.DISPUTE_FEE, "dispute_reversal", told)
            events.tell(world, account, "charge.dispute.funds_reinstated", dispute)
    return dispute


def _move(
    world: World, account: str, dispute: Document, amount: int, fee: int, category: str, description: str
) -> None:
    entry = ledger.enter(
        world, account, "adjustment", amount, dispute["currency"], dispute["id"], fee, category, description
    )
    documents.change(world, dispute, balance_transactions=[*dispute["balance_transactions"], entry])
