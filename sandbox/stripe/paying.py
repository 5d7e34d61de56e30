"""Confirming a payment intent, and what the payer and the bank then do."""

from __future__ import annotations

import secrets
import time
from typing import Any

import segno

from sandbox.errors import Refused
from sandbox.stripe import charges, documents, intents, methods
from sandbox.stripe.errors import Invalid, StripeError, unexpected_state
from sandbox.stripe.facts import ASKS_THE_HOLDER, DECLINES, Document
from sandbox.world import World

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
Confirmation = tuple[Document, dict[str, Any]]


def ready(
    world: World, account: str, intent: Document, params: dict[str, Any], publishable: bool = False
) -> Confirmation:
    """The payment method and its options for a confirmation that is in order. Raises StripeError, Invalid."""
    if intent["status"] not in CONFIRMABLE:
        allowed = f"Only a PaymentIntent with one of the following statuses may be confirmed: {', '.join(CONFIRMABLE)}."
        raise unexpected_state("confirm", intent, allowed)
    method = methods.given(world, account, params)
    if method is None and intent["payment_method"]:
        method = documents.find(world, account, intent["payment_method"], "payment_method")
    if method is None:
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. Update the PaymentIntent with "
            "a payment method, or provide one when confirming it."
        )
        raise StripeError(400, message, "payment_intent_unexpected_state", payment_intent=intent)
    kind = method["type"]
    if kind not in intent["payment_method_types"]:
        message = (
            f"The PaymentMethod provided ({kind}) is not allowed for this PaymentIntent. It takes "
            f"{', '.join(intent['payment_method_types'])}."
        )
        raise Invalid(400, message, "payment_intent_incompatible_payment_method", "payment_method")
    if kind == "wechat_pay" and intent["capture_method"] == "manual":
        raise Invalid(400, "wechat_pay cannot reserve money.", "payment_intent_invalid_parameter", "capture_method")
    automatic = intent["automatic_payment_methods"]
    redirects = automatic and automatic["enabled"] and automatic["allow_redirects"] == "always"
    if redirects and "return_url" not in params and not publishable:
        message = (
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these "
            "payment methods might redirect your customer off of your page, you must provide a `return_url`, or set "
            "`automatic_payment_methods[allow_redirects]` to `never`."
        )
        raise Invalid(400, message, "payment_intent_invalid_parameter", "return_url")
    options = intent["payment_method_options"] | params.get("payment_method_options", {})
    if kind == "wechat_pay":
        options["wechat_pay"] = {"app_id": None, "client": "web", **options.get("wechat_pay", {})}
        if options["wechat_pay"]["client"] != "web" and not options["wechat_pay"]["app_id"]:
            param = "payment_method_options[wechat_pay][app_id]"
            raise Invalid(400, f"Missing required param: {param}.", "parameter_missing", param)
    return method, options


def confirm(
    world: World, account: str, intent: Document, confirmation: Confirmation, return_url: str | None, origin: str
) -> None:
    """Sets the payment going. Raises StripeError (402) when the bank refuses, after that was noted."""
    method, options = confirmation
    methods.keep(world, account, method)
    documents.change(
        world,
        intent,
        payment_method=method["id"],
        payment_method_options=options,
        last_payment_error=None,
        next_action=None,
    )
    if method["type"] == "wechat_pay":
        action = _wechat_pay(intent, options["wechat_pay"], page_url(origin, intent))
    elif method["card"]["last4"] in ASKS_THE_HOLDER:
        action = _ask_the_holder(page_url(origin, intent), return_url)
    elif method["card"]["last4"] in DECLINES:
        raise _declined(world, account, intent, method)
    else:
        _take(world, account, intent, method)
        return
    intents.become(world, account, intent, "requires_action", "requires_action", next_action=action)


def page_url(origin: str, intent: Document) -> str:
    """The sandbox's page where a person pays or declines; Stripe hosts one like it."""
    return f"{origin}/stripe/pay/{intent['client_secret']}"


def _wechat_pay(intent: Document, options: Document, url: str) -> Document:
    if options["client"] == "android":
        at = str(int(time.time()))
        content = {
            "app_id": options["app_id"],
            "nonce_str": secrets.token_hex(16),
            "package": "Sign=WXPay",
            "partner_id": "1900000109",
            "prepay_id": "wx" + secrets.token_hex(17),
            "sign": secrets.token_hex(32).upper(),
            "timestamp": at,
        }
        return {"type": "wechat_pay_redirect_to_android_app", "wechat_pay_redirect_to_android_app": content}
    if options["client"] == "ios":
        native = {"native_url": f"weixin://app/{options['app_id']}/pay/?prepayId={intent['id']}"}
        return {"type": "wechat_pay_redirect_to_ios_app", "wechat_pay_redirect_to_ios_app": native}
    code = {
        "data": url,
        "hosted_instructions_url": url,
        "image_data_url": segno.make(url).png_data_uri(scale=4),
        "image_url_png": f"{url}/qr.png",
        "image_url_svg": f"{url}/qr.svg",
    }
    return {"type": "wechat_pay_display_qr_code", "wechat_pay_display_qr_code": code}


def _ask_the_holder(url: str, return_url: str | None) -> Document:
    if return_url is not None:
        return {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": url}}
    return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url}}


def _declined(world: World, account: str, intent: Document, method: Document) -> StripeError:
    """The bank says no: the intent wants another payment method."""
    charge = charges.decline(world, account, intent, method)
    code, decline_code, message = DECLINES[method["card"]["last4"]]
    _failed(world, account, intent, method, code, message, charge=charge["id"], decline_code=decline_code)
    return StripeError(
        402, message, code, type="card_error", payment_method=method, payment_intent=intent,
        charge=charge["id"], decline_code=decline_code,
    )  # fmt: skip


def _failed(
    world: World, account: str, intent: Document, method: Document, code: str, message: str, **more: Any
) -> None:
    error = {
        "type": "card_error" if method["type"] == "card" else "invalid_request_error",
        "code": code,
        "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
        "message": message,
        "payment_method": method,
        **more,
    }
    changes = {"latest_charge": more["charge"]} if "charge" in more else {}
    intents.become(
        world,
        account,
        intent,
        "requires_payment_method",
        "payment_failed",
        last_payment_error=error,
        next_action=None,
        payment_method=None,
        processing=None,
        **changes,
    )


def _take(world: World, account: str, intent: Document, method: Document) -> None:
    """The money is on its way: at once, or after `processing` for a while (setting stripe_processing_seconds)."""
    wait = world.settings["stripe_processing_seconds"]
    if not wait:
        _taken(world, account, intent, method)
        return
    intents.become(world, account, intent, "processing", "processing", next_action=None)
    later(world, intent["id"], "processed", wait)


def _taken(world: World, account: str, intent: Document, method: Document) -> None:
    manual = intent["capture_method"] == "manual"
    charge = charges.take(world, account, intent, method, capture=not manual)
    changes: Document = {"latest_charge": charge["id"], "next_action": None, "processing": None}
    if manual:
        reserved = {**changes, "amount_capturable": intent["amount"]}
        intents.become(world, account, intent, "requires_capture", "amount_capturable_updated", **reserved)
    else:
        received = {**changes, "amount_received": intent["amount"]}
        intents.become(world, account, intent, "succeeded", "succeeded", **received)


def later(world: World, identifier: str, outcome: str, wait: float) -> None:
    """What will become of an intent or a refund by itself, after `wait` errand seconds."""
    world.state.run(
        "INSERT OR REPLACE INTO stripe_errands (id, outcome, due_at) VALUES (?, ?, ?)",
        identifier,
        outcome,
        world.clock.errand() + wait,
    )
    world.bell.set()


def payer_acts(world: World, identifier: str, action: str, delay: float = 60.0) -> Document:
    """The payer pays (scans and confirms, or passes the bank's check), declines, or will pay_late; an intent in process
    comes to its end. The intent after it. Raises Refused."""
    account = documents.owner(world, identifier)
    intent = documents.find(world, account, identifier, "payment_intent")
    if intent is None:
        raise Refused(404, "PAYMENT_INTENT_UNKNOWN", "there is no such payment intent")
    if intent["status"] not in ("requires_action", "processing"):
        raise Refused(
            409, "NOT_PAYABLE", f"the payment intent is {intent['status']}: there is nothing for the payer to do"
        )
    if action == "pay_late":
        later(world, identifier, "pay", delay)
        return intent
    method = documents.find(world, account, intent["payment_method"], "payment_method")
    assert method is not None
    with world.state.transaction():
        world.state.run("DELETE FROM stripe_errands WHERE id = ?", identifier)
        if action == "decline":
            code = "authentication_failure" if method["type"] == "card" else "payment_attempt_failed"
            message = "The customer has declined this payment."
            _failed(world, account, intent, method, f"payment_intent_{code}", message)
        elif action == "pay" and intent["status"] == "requires_action":
            _take(world, account, intent, method)
        elif action in ("pay", "processed"):
            _taken(world, account, intent, method)
        else:
            raise Refused(400, "BAD_FIELD", "action must be pay, decline or pay_late")
    return intent
