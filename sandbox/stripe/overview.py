"""Stripe's payments as the page to play by hand shows them."""

from __future__ import annotations

import json
from typing import Any

from sandbox.clock import utc
from sandbox.stripe import documents
from sandbox.stripe.facts import THREE_DECIMAL, ZERO_DECIMAL
from sandbox.world import World


def payments(world: World, most: int) -> list[dict[str, Any]]:
    """The newest payment intents with their refunds, disputes and webhooks."""
    rows = world.state.all(
        "SELECT account, document FROM stripe_documents WHERE object = 'payment_intent' ORDER BY seq DESC LIMIT ?", most
    )
    return [_payment(world, row["account"], json.loads(row["document"])) for row in rows]


def _payment(world: World, account: str, intent: dict[str, Any]) -> dict[str, Any]:
    currency = intent["currency"]
    refunds = documents.of_intent(world, account, "refund", intent["id"])
    returned = sum(refund["amount"] for refund in refunds if refund["status"] not in ("failed", "canceled"))
    notices = world.state.all(
        "SELECT id, event_type, state, attempts FROM notifications WHERE mchid = ? AND out_trade_no = ? ORDER BY seq",
        account,
        intent["id"],
    )
    return {
        "id": intent["id"],
        "account": account,
        "description": intent["description"] or intent["id"],
        "amount": intent["amount"],
        "currency": currency,
        "digits": 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2,
        "status": intent["status"],
        "made_at": utc(intent["created"]),
        "late": world.state.one("SELECT 1 FROM stripe_errands WHERE id = ? AND outcome = 'pay'", intent["id"])
        is not None,
        "refundable": intent["amount_received"] - returned,
        "refunds": [{name: refund[name] for name in ("id", "amount", "status")} for refund in refunds],
        "disputes": [
            {name: dispute[name] for name in ("id", "status")}
            for dispute in documents.of_intent(world, account, "dispute", intent["id"])
        ],
        "notifications": [dict(notice) for notice in notices],
    }
