"""The calls below /v1/: what each one does with a request that is in order."""

from __future__ import annotations

from aiohttp import web

from sandbox.stripe import documents, events, idempotency, intents, ledger, methods, parameters, paying, refunds
from sandbox.stripe.errors import Invalid
from sandbox.stripe.facts import Document
from sandbox.stripe.surface import Act, Asked, refusal, stripe_call


def create_intent(asked: Asked) -> Document:
    world, account, params = asked.world, asked.account, asked.params
    intent, confirming = intents.prepared(world, params), params.get("confirm", False)
    if "return_url" in params and not confirming:
        message = "return_url can only be used with confirm=true."
        raise Invalid(400, message, "payment_intent_invalid_parameter", "return_url")
    confirmation = paying.ready(world, account, intent, params) if confirming else None
    method = methods.given(world, account, params) if confirmation is None else None
    intent["payment_method_options"] = params.get("payment_method_options", {})
    documents.add(world, account, intent)
    if method is not None:
        methods.keep(world, account, method)
        documents.change(world, intent, payment_method=method["id"], status="requires_confirmation")
    events.tell(world, account, "payment_intent.created", intent)
    if confirmation is not None:
        paying.confirm(world, account, intent, confirmation, params.get("return_url"), asked.origin)
    return intent


def _intent(asked: Asked) -> Document:
    """The intent of the path; for a browser by its client secret."""
    if asked.publishable:
        return intents.by_client_secret(asked.world, asked.account, asked.id, asked.params.get("client_secret"))
    return documents.get(asked.world, asked.account, asked.id, "payment_intent")


def retrieve_intent(asked: Asked) -> Document:
    intent = _intent(asked)
    return intents.public(intent) if asked.publishable else intent


def confirm_intent(asked: Asked) -> Document:
    world, account, params = asked.world, asked.account, asked.params
    intent = _intent(asked)
    confirmation = paying.ready(world, account, intent, params, asked.publishable)
    paying.confirm(world, account, intent, confirmation, params.get("return_url"), asked.origin)
    return intents.public(intent) if asked.publishable else intent


def capture_intent(asked: Asked) -> Document:
    intent = _intent(asked)
    intents.capture(asked.world, asked.account, intent, asked.params.get("amount_to_capture"))
    return intent


def cancel_intent(asked: Asked) -> Document:
    intent = _intent(asked)
    intents.cancel(asked.world, asked.account, intent, asked.params.get("cancellation_reason"))
    return intent


def create_refund(asked: Asked) -> Document:
    charge = refunds.charge_of(asked.world, asked.account, asked.params)
    return refunds.create(asked.world, asked.account, charge, asked.params)


def retrieve(kind: str) -> Act:
    """The object of this kind that the path names."""

    def act(asked: Asked) -> Document:
        found = documents.get(asked.world, asked.account, asked.id, kind)
        return events.current(asked.world, found) if kind == "event" else found

    return act


def listed(kind: str, *filters: str) -> Act:
    """A page of the objects of this kind."""

    def act(asked: Asked) -> Document:
        found = documents.page(asked.world, asked.account, kind, asked.path, asked.params, filters)
        if kind == "event":
            found["data"] = [events.current(asked.world, event) for event in found["data"]]
        return found

    return act


def balance(asked: Asked) -> Document:
    return ledger.balance(asked.world, asked.account)


def own_account(asked: Asked) -> Document:
    """The account itself: whose key this is."""
    return {
        "id": asked.account,
        "object": "account",
        "charges_enabled": True,
        "country": "HK",
        "default_currency": "hkd",
        "details_submitted": True,
        "payouts_enabled": True,
        "type": "standard",
    }


async def unknown_path(request: web.Request) -> web.StreamResponse:
    """Anything else below /v1/."""
    message = f"Unrecognized request URL ({request.method}: {request.path})."
    return refusal(Invalid(404, message))


def routes() -> list[web.RouteDef]:
    expand = parameters.EXPAND
    by_browser = {**expand, **parameters.CLIENT_SECRET}
    intent, get = "/v1/payment_intents/{id}", []
    for path, name, kind, fields, filters in (
        ("payment_intents", "stripe_list", "payment_intent", parameters.INTENTS, ()),
        ("refunds", "stripe_refund_retrieve", "refund", parameters.REFUNDS, ("payment_intent", "charge")),
        ("charges", "stripe_charge", "charge", parameters.OF_INTENT, ("payment_intent",)),
        ("disputes", "stripe_dispute", "dispute", parameters.REFUNDS, ("payment_intent", "charge")),
        ("payouts", "stripe_payout", "payout", parameters.PAYOUTS, ("status",)),
        ("events", "stripe_event", "event", parameters.EVENTS, ("type",)),
        (
            "balance_transactions",
            "stripe_balance",
            "balance_transaction",
            parameters.TRANSACTIONS,
            ("type", "currency", "source", "payout"),
        ),
    ):
        get.append((f"/v1/{path}", stripe_call(name, fields, listed(kind, *filters))))
        if kind != "payment_intent":
            get.append((f"/v1/{path}/{{id}}", stripe_call(name, expand, retrieve(kind))))
    get += [
        (intent, stripe_call("stripe_retrieve", by_browser, retrieve_intent, publishable=True)),
        ("/v1/balance", stripe_call("stripe_balance", expand, balance)),
        ("/v1/account", stripe_call("stripe_account", expand, own_account)),
    ]
    post = [
        ("/v1/payment_intents", stripe_call("stripe_create", parameters.INTENT, create_intent)),
        (f"{intent}/confirm", stripe_call("stripe_confirm", parameters.CONFIRM, confirm_intent, publishable=True)),
        (f"{intent}/capture", stripe_call("stripe_capture", parameters.CAPTURE, capture_intent)),
        (f"{intent}/cancel", stripe_call("stripe_cancel", parameters.CANCEL, cancel_intent)),
        ("/v1/refunds", stripe_call("stripe_refund", parameters.REFUND, create_refund)),
    ]
    return [
        *(web.get(path, handler, allow_head=False) for path, handler in get),
        *(web.post(path, handler) for path, handler in post),
        web.route("*", "/v1/{rest:.*}", unknown_path),
    ]


def prepare(app: web.Application) -> None:
    """What the calls keep in memory beside the state file."""
    app[idempotency.BUSY] = set()
