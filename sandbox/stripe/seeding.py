"""Finished charges by the thousand, and changes to the balance that nothing explains: for reconciliation."""

from __future__ import annotations

import json
from typing import Any

from sandbox.errors import Refused
from sandbox.stripe import charges, documents, intents, ledger, methods, refunds
from sandbox.stripe.facts import CURRENCIES, Document
from sandbox.world import World, text_field

MOST = 10_000


def seed(world: World, account: str, content: dict[str, Any]) -> list[dict[str, Any]]:
    """Makes payments that succeeded in the past, without events: `charges` is a list of {amount, currency, created,
    metadata, payment_method, refunded}, each with defaults. Their ids, in the same order. Raises Refused."""
    given = content.get("charges")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST or not all(isinstance(one, dict) for one in given):
        raise Refused(400, "BAD_FIELD", f"charges must be a list of 1 to {MOST} objects")
    wanted = [_checked(world, one) for one in given]
    kinds = {kind: methods.made(world, kind) for kind in methods.TYPES}
    rows: list[tuple[str, str, str, int, str]] = []
    made = [_finished(world, one, kinds[one["payment_method"]], account, rows) for one in wanted]
    with world.state.transaction():
        for method in kinds.values():
            methods.keep(world, account, method)
        world.state.connection.executemany(
            "INSERT INTO stripe_documents (id, account, object, created, document) VALUES (?, ?, ?, ?, ?)", rows
        )
    return made


def _checked(world: World, one: dict[str, Any]) -> dict[str, Any]:
    wanted = {
        "amount": 1000,
        "currency": "usd",
        "created": documents.now(world),
        "metadata": {},
        "payment_method": "wechat_pay",
        "refunded": 0,
        **one,
    }
    whole = all(isinstance(wanted[name], int) for name in ("amount", "created", "refunded"))
    if not whole or not 0 <= wanted["refunded"] <= wanted["amount"] or wanted["amount"] < 1 or len(wanted) != 6:
        raise Refused(400, "BAD_FIELD", "a charge is {amount, currency, created, metadata, payment_method, refunded}")
    if wanted["currency"] not in CURRENCIES or wanted["payment_method"] not in methods.TYPES:
        raise Refused(400, "BAD_FIELD", f"currency in small letters; payment_method: {' or '.join(methods.TYPES)}")
    return wanted


def _finished(
    world: World, one: dict[str, Any], method: Document, account: str, rows: list[tuple[str, str, str, int, str]]
) -> dict[str, Any]:
    at, amount, refunded = one["created"], one["amount"], one["refunded"]

    def keep(*made: Document) -> None:
        rows.extend(
            (doc["id"], account, doc["object"], doc["created"], json.dumps(doc, ensure_ascii=False)) for doc in made
        )

    intent = intents.document(
        documents.new_id("pi"),
        amount,
        one["currency"],
        at,
        amount_received=amount,
        metadata=one["metadata"],
        payment_method=method["id"],
        payment_method_types=[method["type"]],
        status="succeeded",
    )
    charge = charges.document(charges.new_charge_id(method), intent, method, at, amount)
    charge |= {"amount_refunded": refunded, "refunded": refunded == amount}
    intent["latest_charge"] = charge["id"]
    entry = ledger.transaction(world, created=at, **charges.movement(charge))
    charge["balance_transaction"] = entry["id"]
    keep(intent, charge, entry)
    made = {"payment_intent": intent["id"], "charge": charge["id"], "balance_transaction": entry["id"]}
    if refunded:
        refund = refunds.document(charge, refunded, at, "succeeded", {})
        back = ledger.transaction(world, created=at, **refunds.movement(charge, refund))
        refund["balance_transaction"] = back["id"]
        keep(refund, back)
        made["refund"] = refund["id"]
    return made


def plant(world: World, account: str, content: dict[str, Any]) -> Document:
    """Spoils the balance: {id, change: {…}} or {id, remove: true} for a transaction that is there, or {add: {amount,
    currency, type?, source?, fee?, created?}} for one that nothing explains. The transaction. Raises Refused."""
    if "add" in content:
        return _strange(world, account, content["add"])
    entry = documents.find(world, account, text_field(content, "id"), "balance_transaction")
    if entry is None:
        raise Refused(404, "TRANSACTION_UNKNOWN", "there is no such balance transaction")
    if content.get("remove") is True:
        world.state.run("DELETE FROM stripe_documents WHERE id = ?", entry["id"])
        return entry
    changes = content.get("change")
    if not isinstance(changes, dict) or not changes or set(changes) - set(entry) or "id" in changes:
        raise Refused(400, "BAD_FIELD", "change must be an object of fields that the transaction has, without the id")
    changed = {**entry, **changes}
    return documents.change(world, entry, **changes, net=changes.get("net", changed["amount"] - changed["fee"]))


def _strange(world: World, account: str, given: Any) -> Document:
    wanted = {"type": "charge", "source": documents.new_id("ch"), "fee": 0, "created": documents.now(world)}
    wanted |= given if isinstance(given, dict) else {}
    numbers = [wanted.get("amount"), wanted["fee"], wanted["created"]]
    if set(wanted) != {"amount", "currency", "type", "source", "fee", "created"} or not all(
        isinstance(number, int) for number in numbers
    ):
        raise Refused(400, "BAD_FIELD", "add: {amount, currency, type?, source?, fee?, created?}")
    return ledger.enter(
        world,
        account,
        wanted["type"],
        wanted["amount"],
        wanted["currency"],
        wanted["source"],
        wanted["fee"],
        created=wanted["created"],
    )
