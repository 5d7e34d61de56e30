"""Stripe over HTTP, for one account: sends forms, reads objects, gives errors types. Decides nothing.

Base URL: ``settings.STRIPE_API_BASE``. Every POST bears an idempotency key made of our committed number, so that a retry is the same
request. Stripe keeps the first answer to a key for a day and gives it again, an error of its own (5xx) included
(docs.stripe.com/api/idempotent_requests).
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from django.conf import settings

from core import outbound
from payments.gateways import Declined, Unavailable
from payments.stripe import forms
from payments.stripe.errors import error_for
from shop.models import StripeAccount

# Every request says which shape of answers it understands, whatever the account's own setting.
VERSION = "2026-06-24.dahlia"
# How long each kind of call may take. A shopper waits for the first ones; transactions are read by night.
SECONDS = {"create": 12.0, "confirm": 12.0, "cancel": 12.0, "refund": 20.0, "transactions": 30.0}
OTHER_SECONDS = 8.0
# Once more, when the connection broke or Stripe says so: every call here may be repeated.
PAUSES = (0.3,)
PAGE = 100
LIST_SIZE = 8 * 1024 * 1024
# How often something that ended in an error of theirs is begun anew, under a new key.
TURNS = 4
_KEY = re.compile(r"[rs]k_(?:test|live)_\w+", re.ASCII)

Document = dict[str, Any]


class Client:
    """Calls in the name of one account. Each raises a GatewayError; Unavailable says that the outcome is not known."""

    def __init__(self, account: StripeAccount) -> None:
        self.account = account

    def __repr__(self) -> str:
        return f"<Client {self.account}>"

    def create_intent(self, number: str, form: Mapping[str, Any]) -> Document:
        """Make a PaymentIntent under our number of the payment; the same number and form again is the same intent."""
        # One that was made and not answered can be paid by nobody: its client secret has never left Stripe.
        return self._once("create", "/v1/payment_intents", form, number, lambda: None)

    def retrieve_intent(self, intent: str) -> Document:
        """The intent, its charge written out."""
        return self._call("retrieve", "GET", f"/v1/payment_intents/{_id(intent)}", {"expand": ["latest_charge"]})

    def confirm_intent(self, intent: str, form: Mapping[str, Any], key: str) -> Document:
        """Confirm an intent with the payment method that the form describes."""
        path = f"/v1/payment_intents/{_id(intent)}/confirm"
        return self._once("confirm", path, form, key, lambda: self._moved(intent, away_from="requires_payment_method"))

    def cancel_intent(self, intent: str, key: str) -> Document:
        """See to it that the intent can no longer be paid."""
        path, form = f"/v1/payment_intents/{_id(intent)}/cancel", {"cancellation_reason": "abandoned"}
        return self._once("cancel", path, form, key, lambda: self._moved(intent, to="canceled"))

    def _moved(self, intent: str, *, to: str = "", away_from: str = "") -> Document | None:
        """The intent, if it stands so by now, or no longer so."""
        found = self.retrieve_intent(intent)
        status = found.get("status")
        return found if (status == to if to else status != away_from) else None

    def create_refund(self, number: str, form: Mapping[str, Any]) -> Document:
        """Refund a part of a charge under our number of the refund; one that is there already is not made again."""

        def look() -> Document | None:
            return self.find_refund(form["charge"], number)

        # Keys are forgotten after a day; what stands at Stripe under our number is not.
        return look() or self._once("refund", "/v1/refunds", form, number, look)

    def find_refund(self, charge: str, number: str) -> Document | None:
        """The refund of this charge that bears our number."""
        for refund in self.refunds(charge):
            metadata = refund.get("metadata")
            if isinstance(metadata, dict) and metadata.get("refund") == number:
                return refund
        return None

    def refunds(self, charge: str) -> Iterator[Document]:
        """The refunds of a charge, the newest first, each with its intent written out."""
        return self._list("refunds", "/v1/refunds", {"charge": charge, "expand": ["data.payment_intent"]})

    def retrieve_refund(self, refund: str) -> Document:
        """The refund, its intent written out."""
        return self._call("query_refund", "GET", f"/v1/refunds/{_id(refund)}", {"expand": ["payment_intent"]})

    def retrieve_dispute(self, dispute: str) -> Document:
        """The dispute, its intent written out."""
        return self._call("dispute", "GET", f"/v1/disputes/{_id(dispute)}", {"expand": ["payment_intent"]})

    def transactions(self, **narrowed: Any) -> Iterator[Document]:
        """Balance transactions, the newest first."""
        return self._list("transactions", "/v1/balance_transactions", narrowed)

    def balance(self) -> Document:
        """The account's balance: what is available, and what is pending."""
        return self._call("balance", "GET", "/v1/balance")

    def _once(
        self, name: str, path: str, form: Mapping[str, Any], key: str, look: Callable[[], Document | None]
    ) -> Document:
        """Do something once. Where Stripe keeps an error of its own under the key, ``look`` says whether it was done all the same."""
        for turn in range(1, TURNS + 1):
            try:
                return self._call(name, "POST", path, form, key if turn == 1 else f"{key}:{turn}")
            except _Kept:
                found = look()
                if found is not None:
                    return found
        raise Unavailable("Stripe failed at it several times")

    def _list(self, name: str, path: str, form: Mapping[str, Any]) -> Iterator[Document]:
        after: str | None = None
        while True:
            page = self._call(name, "GET", path, {**form, "limit": PAGE, "starting_after": after})
            entries = page.get("data")
            if not isinstance(entries, list) or not all(_has_id(entry) for entry in entries):
                raise Unavailable("an answer that is no list")
            yield from entries
            if not entries or page.get("has_more") is not True:
                return
            after = entries[-1]["id"]

    def _call(
        self, name: str, method: str, path: str, form: Mapping[str, Any] | None = None, key: str = ""
    ) -> Document:
        content = forms.encode(form or {})
        for pause in (*PAUSES, None):
            try:
                return self._send(name, method, path, content, key)
            except _Again as trouble:
                if pause is None:
                    raise Unavailable(str(trouble)) from None
            time.sleep(pause)
        raise AssertionError("unreachable")

    def _send(self, name: str, method: str, path: str, content: str, key: str) -> Document:
        """One request: the object it answers. All that leaves for Stripe leaves here."""
        if not _KEY.fullmatch(self.account.secret_key):
            raise Declined("the secret key cannot be one of Stripe's: check the account")
        headers = {
            "Authorization": f"Bearer {self.account.secret_key}",
            "Accept": "application/json",
            "Stripe-Version": VERSION,
        }
        url, body = settings.STRIPE_API_BASE.rstrip("/") + path, None
        seconds = SECONDS.get(name, OTHER_SECONDS)
        if method == "POST":
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": key}
            body = content.encode()
        elif content:
            url += f"?{content}"
        try:
            answer = outbound.call(
                method, url, call=f"stripe.{name}", body=body, headers=headers, seconds=seconds, size_limit=LIST_SIZE,
                check=_check,
            )  # fmt: skip
        except outbound.Unanswered as trouble:
            raise (Unavailable if trouble.slow else _Again)(str(trouble)) from None
        except outbound.Unusable as trouble:
            raise Unavailable(str(trouble)) from None
        document = _document(answer)
        if answer.status == 200:
            # A test key can only reach what was made with test keys; whatever says otherwise is not an answer to it.
            if document.get("livemode", self.account.is_live) is not self.account.is_live:
                raise Declined("an answer of the other mode, live or test")
            return document
        raise _refusal(answer, document)


def _refusal(answer: outbound.Answer, document: Document) -> Exception:
    details = document.get("error")
    request_id = answer.headers.get("Request-Id", "")[:100]
    error = error_for(answer.status, details if isinstance(details, dict) else {}, request_id)
    if _is_kept(answer):
        return _Kept(str(error))
    again = answer.headers.get("Stripe-Should-Retry")
    if again == "true" or (again != "false" and (answer.status == 409 or answer.status >= 500)):
        return _Again(str(error))
    return error


def _check(answer: outbound.Answer) -> None:
    """What is no object cannot come from Stripe: it counts against the host. An old error, told again, does not: the host is well."""
    if answer.status == 200 and not _document(answer):
        raise outbound.Unusable("an answer that is no object")
    if _is_kept(answer):
        raise _refusal(answer, _document(answer))


def _is_kept(answer: outbound.Answer) -> bool:
    return answer.status >= 500 and answer.headers.get("Idempotent-Replayed") == "true"


def _document(answer: outbound.Answer) -> Document:
    """The object that was answered; empty when it is none."""
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        document = None
    return document if isinstance(document, dict) else {}


def _has_id(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("id"), str)


def _id(identifier: str) -> str:
    return quote(identifier, safe="")


class _Again(Exception):
    """A trouble that another try may get over."""


class _Kept(Unavailable):
    """An error of theirs that is kept under this key: the same request will end in it for a day."""
