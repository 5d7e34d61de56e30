"""Stripe as the house's gateway: PaymentIntents on the web, refunds, webhooks, statements."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import clock
from core.texts import text
from orders.models import Order
from payments import accounts, gateways
from payments.gateways import (
    Declined,
    Event,
    Forged,
    Malformed,
    Movement,
    NumberUnknown,
    PaymentReport,
    Prepaid,
    RefundReport,
    Report,
    StatementLine,
    Unavailable,
)
from payments.models import Notification, Payment, Refund
from payments.stripe import amounts, reports, signing, statements
from payments.stripe.client import Client, Document
from payments.stripe.errors import BY_STATUS
from shop.models import Store, StripeAccount

WECHAT_PAY = StripeAccount.Method.WECHAT_PAY
# An intent with a code to scan is looked at each time it is asked for: after an attempt that failed the code is another.
CODE_LIFE = timedelta(0)
INTENT_LIFE = timedelta(days=1)
BY_WECHAT: dict[str, Any] = {
    "payment_method_data": {"type": "wechat_pay"},
    "payment_method_options": {"wechat_pay": {"client": "web"}},
}
# Of next_action: what a page needs to show the code.
CODE = {"qr_data": "data", "qr_image": "image_data_url", "qr_page": "hosted_instructions_url"}


class Stripe(gateways.Gateway):
    """PaymentIntents by card, and by WeChat Pay with a code to scan. ``transaction_id`` is the charge.

    An intent may have failed charges before the one that succeeds, and balance, disputes and refunds name that one: so it is the charge
    by which the books of both sides are compared. The intent is the ``provider_reference``.
    """

    name = "stripe"
    label = _("Stripe")
    channels = frozenset({gateways.WEB})
    has_statements = True

    def offered(self, store: Store) -> bool:
        account = accounts.find(StripeAccount, store)
        if account is None or store.currency not in amounts.CURRENCIES:
            return False
        return account.methods != [WECHAT_PAY] or store.currency in amounts.WECHAT_PAY_CURRENCIES

    def draft(self, order: Order, number: str, client_ip: str) -> dict[str, Any]:
        store = order.store
        form: dict[str, Any] = {
            "amount": amounts.to_stripe(order.total, order.currency),
            "currency": order.currency.lower(),
            "description": f"{text(store, 'name', store.default_language)} {order.number}"[:500],
            "metadata": {"payment": number, "order": order.public_id, "store": store.slug},
        }
        return form | _methods(accounts.require(StripeAccount, store).methods, order.currency)

    def same(self, draft: dict[str, Any], other: dict[str, Any]) -> bool:
        return _without_number(draft) == _without_number(other)

    def prepay(self, payment: Payment) -> Prepaid:
        amounts.check(payment.amount, payment.currency)
        client = _client(payment.store)
        if payment.provider_reference:
            intent = _known(client, payment)
        else:
            intent = client.create_intent(payment.number, payment.request)
        status, has_code = intent.get("status"), "payment_method_data" in payment.request
        if status in BY_STATUS:
            raise BY_STATUS[str(status)](f"the intent is {status}")
        if has_code and status == "requires_payment_method":
            # An attempt has failed, and taken its code with it.
            form = {name: payment.request[name] for name in BY_WECHAT}
            intent = client.confirm_intent(reports.id_of(intent), form, f"{payment.number}:confirm:{_attempt(intent)}")
        try:
            reference = reports.id_of(intent)
        except Malformed as trouble:
            raise Unavailable(f"an answer that is no intent: {trouble}") from None
        return Prepaid(reference, clock.now() + (CODE_LIFE if has_code else INTENT_LIFE), _for_the_page(intent))

    def parameters(self, payment: Payment) -> dict[str, str]:
        return {
            "publishable_key": accounts.require(StripeAccount, payment.store).publishable_key,
            **payment.provider_data,
        }

    def query(self, payment: Payment) -> PaymentReport:
        if not payment.provider_reference:
            raise NumberUnknown("its intent was never stored, and so never given to anybody", payment.number)
        try:
            return reports.payment_report(_known(_client(payment.store), payment))
        except Malformed as trouble:
            raise Unavailable(f"an answer that is no intent of ours: {trouble}") from None

    def mismatch(self, payment: Payment, report: PaymentReport) -> str:
        expected = {"order": payment.request.get("metadata", {}).get("order")}
        if payment.provider_reference:
            expected["intent"] = payment.provider_reference
        return ", ".join(name for name, value in expected.items() if report.identity.get(name) != value)

    def close(self, payment: Payment) -> None:
        if not payment.provider_reference:
            return
        client = _client(payment.store)
        intent = _known(client, payment)
        status = intent.get("status")
        if status == "canceled":
            return
        if status in BY_STATUS:
            raise BY_STATUS[str(status)](f"the intent is {status}")
        try:
            # A refusal is kept under its key too: at another standing of the intent it is another question.
            key = f"{payment.number}:cancel:{status}:{_attempt(intent)}"
            client.cancel_intent(payment.provider_reference, key)
        except gateways.AlreadyClosed:
            return

    def refund(self, refund: Refund) -> RefundReport:
        if refund.provider_refund_id:
            return self.query_refund(refund)
        payment = refund.payment
        amounts.check(refund.amount, refund.currency)
        form = {
            "charge": payment.transaction_id,
            "amount": amounts.to_stripe(refund.amount, refund.currency),
            "reason": "duplicate" if refund.cause == Refund.Cause.DOUBLE else "requested_by_customer",
            "metadata": {
                "refund": refund.number,
                "payment": payment.number,
                "store": refund.store.slug,
                "reason": refund.reason,
            },
        }
        return self._refund_report(refund, _client(refund.store).create_refund(refund.number, form))

    def query_refund(self, refund: Refund) -> RefundReport:
        client = _client(refund.store)
        if not refund.provider_refund_id:
            found = client.find_refund(refund.payment.transaction_id or "", refund.number)
            if found is None:
                raise NumberUnknown("nothing under this number", refund.number)
            return self._refund_report(refund, found)
        try:
            return self._refund_report(refund, client.retrieve_refund(refund.provider_refund_id))
        except NumberUnknown as error:
            raise _another_account(error) from None

    def find_refund(self, payment: Payment, number: str) -> RefundReport:
        client = _client(payment.store)
        found = client.find_refund(payment.transaction_id or "", number) or client.retrieve_refund(number)
        return _read_refund(found, payment)

    def _refund_report(self, refund: Refund, document: Document) -> RefundReport:
        report = _read_refund(document, refund.payment)
        wrong = "" if refund.number in (report.number, report.provider_refund_id) else "number"
        return report if not wrong else RefundReport(**{**vars(report), "mismatch": wrong})

    def receive(self, store: Store, headers: Mapping[str, str], body: bytes, now: datetime) -> Event:
        try:
            # What costs nothing to look at comes first.
            seal = signing.Seal.of(headers)
            seal.check_time(now)
            account = accounts.find(StripeAccount, store)
            if account is None:
                raise Forged("this store has no account at Stripe")
            seal.check(account.webhook_secrets, body)
        except signing.Unverified as trouble:
            raise Forged(str(trouble)) from None
        event = _event(body)
        if event["livemode"] is not account.is_live:
            raise Malformed("an event of the other mode, live or test")
        if event.get("account") is not None:
            raise Malformed("an event of another account, connected to this one")
        return Event(event["id"], event["type"], {signing.HEADER: headers[signing.HEADER]})

    def read(self, notification: Notification) -> Report | None:
        """What the event is about, as Stripe says it stands now; of the event only the kind and the id are taken."""
        event = _event(notification.body.encode())
        kind, told = str(event["type"]), event["data"]["object"]
        account = accounts.require(StripeAccount, notification.store_id, "store")
        client, store = Client(account), account.store
        if kind.startswith("payment_intent."):
            intent = client.retrieve_intent(reports.id_of(told))
            return reports.payment_report(intent) if _is_ours(store, intent) else None
        if kind.startswith(("refund.", "charge.refund.")):
            return _told_refund(store, client.retrieve_refund(reports.id_of(told)))
        if kind == "charge.refunded":
            charge = reports.id_of(told)
            return _newest_unknown(store, charge, client.refunds(charge))
        if kind.startswith("charge.dispute."):
            dispute = client.retrieve_dispute(reports.id_of(told))
            return reports.dispute_report(dispute) if _is_ours(store, dispute.get("payment_intent")) else None
        return None

    def statement(self, store: Store, day: date) -> Iterator[StatementLine]:
        return statements.lines(_client(store), day)

    def movements(self, store: Store, day: date) -> Iterator[Movement]:
        return statements.movements(_client(store), day)


def _client(store: Store) -> Client:
    return Client(accounts.require(StripeAccount, store))


def _known(client: Client, payment: Payment) -> Document:
    """The intent by which the payment was opened, as it stands."""
    try:
        return client.retrieve_intent(payment.provider_reference)
    except NumberUnknown as error:
        raise _another_account(error) from None


def _another_account(error: NumberUnknown) -> Declined:
    # Stripe forgets nothing that it gave an id to; taken for "never heard of", a payment that can still be paid would be given up.
    return Declined(f"Stripe does not know what it has named itself: is this another account? {error}")


def _methods(chosen: list[str], currency: str) -> dict[str, Any]:
    """The part of an intent that says how it can be paid."""
    if not chosen:
        return {"automatic_payment_methods": {"enabled": True}}
    usable = [method for method in chosen if method != WECHAT_PAY or currency in amounts.WECHAT_PAY_CURRENCIES]
    form: dict[str, Any] = {"payment_method_types": usable}
    if WECHAT_PAY in usable:
        # Confirmed at once, so that there is a code to scan; whoever pays by card instead confirms again.
        form |= {"confirm": True, **BY_WECHAT}
    return form


def _without_number(form: dict[str, Any]) -> dict[str, Any]:
    metadata = {name: value for name, value in form["metadata"].items() if name != "payment"}
    return {**form, "metadata": metadata}


def _attempt(intent: Document) -> str:
    """What tells this attempt to pay the intent from the one before it."""
    failed = intent.get("last_payment_error")
    method = failed.get("payment_method") if isinstance(failed, dict) else None
    found = method or intent.get("payment_method")
    return str(found.get("id") if isinstance(found, dict) else found)[:60]


def _for_the_page(intent: Document) -> dict[str, str]:
    """What the shopper's page needs of the intent. The client secret is the payer's: it pays this intent and does nothing else."""
    action = intent.get("next_action")
    code = action.get("wechat_pay_display_qr_code") if isinstance(action, dict) else None
    shown = {ours: str(code[theirs]) for ours, theirs in CODE.items() if code.get(theirs)} if code else {}
    return {"client_secret": str(intent.get("client_secret") or ""), "status": str(intent.get("status")), **shown}


def _read_refund(document: Document, payment: Payment) -> RefundReport:
    try:
        return reports.refund_report(document, charge=payment.transaction_id or "", currency=payment.currency)
    except Malformed as trouble:
        raise Unavailable(f"an answer that is no refund: {trouble}") from None


def _told_refund(store: Store, refund: Document) -> RefundReport | None:
    intent = refund.get("payment_intent")
    if not isinstance(intent, dict) or not _is_ours(store, intent):
        return None
    return reports.refund_report(refund, currency=reports.currency_of(intent))


def _newest_unknown(store: Store, charge: str, refunds: Iterator[Document]) -> RefundReport | None:
    """Of a charge's refunds the newest that has not been taken in: such an event does not say which it is about."""
    ours = Refund.objects.filter(payment__provider=Stripe.name, payment__transaction_id=charge)
    taken_in = set(ours.values_list("provider_refund_id", "state"))
    for refund in refunds:
        report = _told_refund(store, refund)
        if report is None or (report.provider_refund_id, report.state) not in taken_in:
            return report
    return None


def _is_ours(store: Store, intent: object) -> bool:
    """Whether an intent was opened by this store; an account may serve several, and sell elsewhere too."""
    metadata = reports.metadata_of(intent) if isinstance(intent, dict) else {}
    number = metadata.get("payment")
    if not isinstance(number, str):
        return False
    # A number that should be this store's and is unknown is for a person to look at; the store may have moved to another address.
    return (
        metadata.get("store") == store.slug
        or Payment.objects.filter(store=store, provider=Stripe.name, number=number).exists()
    )


def _event(body: bytes) -> dict[str, Any]:
    try:
        event = json.loads(body.decode())
        texts = [event["id"], event["type"], event["data"]["object"]["id"]]
        livemode = event["livemode"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed(f"no event of Stripe: {type(error).__name__}") from None
    if not all(isinstance(part, str) and part.isprintable() for part in texts) or not isinstance(livemode, bool):
        raise Malformed("no event of Stripe: odd fields")
    return dict(event)
