"""Payment intents as Stripe keeps them: create with its checks, capture, cancel. `paying` confirms them."""

from __future__ import annotations

from typing import Any

from sandbox.stripe import charges, documents, events, methods
from sandbox.stripe.errors import Invalid, StripeError, unexpected_state
from sandbox.stripe.facts import (
    CURRENCIES,
    MAXIMUM,
    MINIMUM,
    THREE_DECIMAL,
    WECHAT_PAY_CURRENCIES,
    Document,
    written,
)
from sandbox.world import World

CANCELLABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action")
# What Stripe.js may see by the publishable key and the client secret.
PUBLIC = (
    "id",
    "object",
    "amount",
    "amount_details",
    "automatic_payment_methods",
    "canceled_at",
    "cancellation_reason",
    "capture_method",
    "client_secret",
    "confirmation_method",
    "created",
    "currency",
    "description",
    "last_payment_error",
    "livemode",
    "next_action",
    "payment_method",
    "payment_method_types",
    "processing",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "status",
)


def check_amount(amount: int, currency: str) -> None:
    """Raises Invalid unless it can be charged: in the currency's smallest unit, between its least and the most."""
    if currency not in CURRENCIES:
        known = ", ".join(sorted(CURRENCIES))
        message = f"Invalid currency: {currency}. Stripe currently supports these currencies: {known}"
        raise Invalid(400, message, param="currency")
    if amount < 1:
        raise Invalid(400, "Invalid positive integer", "parameter_invalid_integer", "amount")
    if amount < MINIMUM.get(currency, 1):
        message = f"Amount must be at least {written(MINIMUM[currency], currency)}"
        raise Invalid(400, message, "amount_too_small", "amount")
    if amount > MAXIMUM:
        message = f"Amount must be no more than {written(MAXIMUM, currency)}"
        raise Invalid(400, message, "amount_too_large", "amount")
    if currency in THREE_DECIMAL and amount % 10:
        raise Invalid(400, f"Invalid amount: the last digit must be 0 in {currency}", param="amount")


def _method_types(params: dict[str, Any], currency: str) -> list[str]:
    """The kinds of payment method that the intent takes. Raises Invalid."""
    automatic = params.get("automatic_payment_methods")
    if automatic is not None and "payment_method_types" in params:
        message = "You may only specify one of these parameters: automatic_payment_methods, payment_method_types."
        raise Invalid(400, message, param="automatic_payment_methods")
    if "payment_method_types" not in params:
        wanted = automatic is None or automatic["enabled"]
        with_wechat = wanted and currency in WECHAT_PAY_CURRENCIES and params.get("capture_method") != "manual"
        return ["card", "wechat_pay"] if with_wechat else ["card"]
    types: list[str] = params["payment_method_types"]
    for kind in types:
        if kind not in methods.TYPES:
            message = f'The payment method type "{kind}" is invalid. Here it can be {" or ".join(methods.TYPES)}.'
            raise Invalid(400, message, "payment_intent_invalid_parameter", "payment_method_types")
    if "wechat_pay" in types and currency not in WECHAT_PAY_CURRENCIES:
        allowed = ", ".join(sorted(WECHAT_PAY_CURRENCIES))
        message = f"The currency provided ({currency}) is invalid for wechat_pay. It supports {allowed}."
        raise Invalid(400, message, "payment_intent_invalid_currency", "currency")
    if types == ["wechat_pay"] and params.get("capture_method") == "manual":
        message = "wechat_pay cannot reserve money: capture_method manual is not for it."
        raise Invalid(400, message, "payment_intent_invalid_parameter", "capture_method")
    return types


def prepared(world: World, params: dict[str, Any]) -> Document:
    """A new intent by the parameters of a request, not kept yet. Raises Invalid."""
    currency = params["currency"].lower()
    check_amount(params["amount"], currency)
    types, automatic = _method_types(params, currency), params.get("automatic_payment_methods")
    if automatic is None and "payment_method_types" not in params:
        automatic = {"enabled": True}
    return document(
        documents.new_id("pi"),
        params["amount"],
        currency,
        documents.now(world),
        automatic_payment_methods={"allow_redirects": "always", **automatic} if automatic else None,
        capture_method=params.get("capture_method", "automatic_async"),
        description=params.get("description"),
        metadata=params.get("metadata", {}),
        payment_method_types=types,
        receipt_email=params.get("receipt_email"),
        statement_descriptor=params.get("statement_descriptor"),
        statement_descriptor_suffix=params.get("statement_descriptor_suffix"),
    )


def document(identifier: str, amount: int, currency: str, created: int, **more: Any) -> Document:
    """A payment intent that has seen nothing yet."""
    return {
        "id": identifier,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{identifier}_secret_{documents.new_id('')[1:]}",
        "confirmation_method": "automatic",
        "created": created,
        "currency": currency,
        "customer": None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
        **more,
    }


def become(world: World, account: str, intent: Document, status: str, event: str, **changes: Any) -> None:
    """Moves an intent to a status and tells it by the event `payment_intent.{event}`."""
    documents.change(world, intent, status=status, **changes)
    events.tell(world, account, f"payment_intent.{event}", intent)


def capture(world: World, account: str, intent: Document, amount: int | None) -> None:
    """Takes reserved money: all of it, or less, and the rest is released. Raises StripeError."""
    if intent["status"] != "requires_capture":
        raise unexpected_state(
            "capture",
            intent,
            "Only a PaymentIntent with one of the following statuses may be captured: requires_capture.",
        )
    amount = intent["amount_capturable"] if amount is None else amount
    if amount > intent["amount_capturable"]:
        message = (
            f"The amount ({amount}) is greater than the amount that can be captured ({intent['amount_capturable']})."
        )
        raise StripeError(400, message, "amount_too_large", "amount_to_capture")
    charges.capture(world, account, documents.get(world, account, intent["latest_charge"], "charge"), amount)
    become(world, account, intent, "succeeded", "succeeded", amount_capturable=0, amount_received=amount)


def cancel(world: World, account: str, intent: Document, reason: str | None) -> None:
    """Ends an intent that nothing was taken for; reserved money is released. Raises StripeError."""
    if intent["status"] not in CANCELLABLE:
        allowed = f"Only a PaymentIntent with one of the following statuses may be canceled: {', '.join(CANCELLABLE)}."
        raise unexpected_state("cancel", intent, allowed)
    if intent["status"] == "requires_capture":
        charges.release(world, account, documents.get(world, account, intent["latest_charge"], "charge"))
    world.state.run("DELETE FROM stripe_errands WHERE id = ?", intent["id"])
    become(
        world,
        account,
        intent,
        "canceled",
        "canceled",
        amount_capturable=0,
        canceled_at=documents.now(world),
        cancellation_reason=reason,
        next_action=None,
    )


def by_client_secret(world: World, account: str, identifier: str, given: str | None) -> Document:
    """The intent that a browser asks for. Raises Invalid unless the client secret is its own."""
    intent = documents.get(world, account, identifier, "payment_intent")
    if given is None:
        raise Invalid(
            403,
            "This API call cannot be made with a publishable API key without the PaymentIntent's client_secret.",
            "secret_key_required",
        )
    if given != intent["client_secret"]:
        message = "The client_secret provided does not match the client_secret associated with the PaymentIntent."
        raise Invalid(400, message, "payment_intent_invalid_parameter", "client_secret")
    return intent


def public(intent: Document) -> Document:
    """What the publishable key may see: no metadata, no charge."""
    return {name: intent[name] for name in PUBLIC}
