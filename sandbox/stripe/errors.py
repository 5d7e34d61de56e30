"""How Stripe says no: `{"error": {type, code, message, param, ...}}`. Each error knows its own answer."""

from __future__ import annotations

from typing import Any

from sandbox.stripe.facts import Document


class StripeError(Exception):
    """An error answer. `stored`: whether it is kept under the request's idempotency key, for execution had begun."""

    stored = True

    def __init__(self, status: int, message: str, code: str = "", param: str = "", type: str = "", **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.content: Document = {
            "type": type or ("api_error" if status >= 500 else "invalid_request_error"),
            "message": message,
            **(
                {"code": code, "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"}
                if code
                else {}
            ),
            **({"param": param} if param else {}),
            **more,
        }

    def body(self, request_id: str) -> Document:
        return {"error": {**self.content, "request_log_url": f"https://dashboard.stripe.com/test/logs/{request_id}"}}


class Invalid(StripeError):
    """The request is not in order: nothing was begun, nothing is kept."""

    stored = False


def missing(param: str) -> Invalid:
    return Invalid(400, f"Missing required param: {param}.", "parameter_missing", param)


def no_such(kind: str, identifier: str, param: str = "", status: int = 404) -> Invalid:
    """404 for the object of the path, 400 for one that a parameter names."""
    return Invalid(status, f"No such {kind}: '{identifier}'", "resource_missing", param or "id")


def rate_limited() -> Invalid:
    return Invalid(429, "Request rate limit exceeded.", "rate_limit")


def broken() -> StripeError:
    return StripeError(500, "An unknown error occurred.")


def unexpected_state(verb: str, intent: Document, allowed: str) -> StripeError:
    """400 payment_intent_unexpected_state, with the intent as it is."""
    message = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. {allowed}"
    return StripeError(400, message, "payment_intent_unexpected_state", payment_intent=intent)
