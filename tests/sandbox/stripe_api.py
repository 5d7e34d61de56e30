"""Stripe in plain HTTP, as its documentation describes it, and its signatures checked by nothing but hmac."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import requests

from tests.sandbox.receiver import Received
from tests.support.sandbox import SandboxClient, StripeAccount

VERSION = "2026-06-24.dahlia"


class StripeApi:
    """Calls by the account's secret key; each answers the whole HTTP answer or, by `done`, the object."""

    def __init__(self, sandbox: SandboxClient, known: StripeAccount) -> None:
        self.sandbox = sandbox
        self.known = known

    def send(
        self, method: str, path: str, form: dict[str, Any] | None = None, key: str = "", bearer: str = "", **more: Any
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {bearer or self.known.secret_key}", "Stripe-Version": VERSION}
        if key:
            headers["Idempotency-Key"] = key
        headers |= more.pop("headers", {})
        where = {"params": form} if method == "GET" else {"data": form}
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                method, f"{self.sandbox.url}/v1/{path}", **{**where, **more}, headers=headers, timeout=20
            )

    def done(self, method: str, path: str, form: dict[str, Any] | None = None, **more: Any) -> Any:
        """The object of a call that must succeed."""
        answer = self.send(method, path, form, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, form: dict[str, Any] | None = None, **more: Any) -> tuple[int, Any]:
        """Status and error of a call that must not succeed."""
        answer = self.send(method, path, form, **more)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()["error"]

    def create(self, amount: int = 1000, currency: str = "usd", /, **form: Any) -> Any:
        """A payment intent; for cards unless told otherwise."""
        kinds = {"payment_method_types[]": "card"}
        return self.done("POST", "payment_intents", {"amount": amount, "currency": currency, **kinds, **form})

    def by_wechat(self, amount: int = 1000, currency: str = "usd", /, **form: Any) -> Any:
        """A confirmed intent of WeChat Pay that waits for the payer."""
        wechat = {
            "payment_method_types[]": "wechat_pay",
            "payment_method_data[type]": "wechat_pay",
            "payment_method_options[wechat_pay][client]": "web",
            "confirm": "true",
        }
        return self.create(amount, currency, **wechat, **form)

    def paid(self, amount: int = 1000, currency: str = "usd", /, **form: Any) -> Any:
        """A payment by card that has succeeded."""
        return self.create(amount, currency, payment_method="pm_card_visa", confirm="true", **form)

    def retrieve(self, path: str, *expand: str) -> Any:
        return self.done("GET", path, {"expand[]": list(expand)} if expand else None)

    def refund(self, intent: str, **form: Any) -> Any:
        return self.done("POST", "refunds", {"payment_intent": intent, **form})


def verifies(message: Received, secret: str) -> bool:
    """Whether one of the v1 signatures was made with this secret over exactly these bytes."""
    parts = [part.partition("=") for part in message.headers.get("Stripe-Signature", "").split(",")]
    at = next((value for name, _, value in parts if name == "t"), "")
    wanted = hmac.new(secret.encode(), f"{at}.".encode() + message.body, hashlib.sha256).hexdigest()
    return wanted in [value for name, _, value in parts if name == "v1"]


def types(messages: list[Received]) -> list[str]:
    """The types of the events received, in the order in which they came."""
    return [json.loads(message.body)["type"] for message in messages]
