"""WeChat Pay as the house's gateway: orders in, reports out."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import clock
from core.texts import pick, text
from orders.models import Order
from payments import accounts, gateways
from payments.gateways import (
    BankCard,
    Declined,
    Event,
    Forged,
    Malformed,
    Movement,
    PaymentReport,
    Prepaid,
    RefundReport,
    RefundRules,
    Report,
    StatementLine,
    Unavailable,
)
from payments.models import Notification, Payment, Refund
from payments.wechatpay import keys, signing, statements
from payments.wechatpay.client import Client
from shop.models import Store, WeChatPayAccount

PREPAY_LIFE = timedelta(hours=2)
BEIJING = ZoneInfo("Asia/Shanghai")
# Kept with the notification; enough to verify it again.
KEPT_HEADERS = ("Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Serial", "Wechatpay-Signature", "Request-Id")
DESCRIPTION_BYTES = 127
STATES: dict[str, Literal["open", "succeeded", "closed"]] = {
    "SUCCESS": "succeeded",
    # Paid, and something of it has gone back.
    "REFUND": "succeeded",
    "NOTPAY": "open",
    "USERPAYING": "open",
    "PAYERROR": "open",
    "CLOSED": "closed",
    "REVOKED": "closed",
}
# Abnormal: the money left the merchant and could not arrive, for the payer's card or account does not take it.
ABNORMAL, CLOSED = gettext_noop("ABNORMAL"), gettext_noop("CLOSED")
REFUND_STATES: dict[str, Literal["processing", "succeeded", "failed"]] = {
    "PROCESSING": "processing",
    "SUCCESS": "succeeded",
    ABNORMAL: "failed",
    CLOSED: "failed",
}


class WeChatPay(gateways.Gateway):
    """JSAPI payments of a mini program, in yuan."""

    name = "wechatpay"
    label = _("WeChat Pay")
    refund_rules = RefundRules(most=50, spacing=timedelta(minutes=1), within=timedelta(days=365))
    has_statements = True
    calendar = "Asia/Shanghai"
    # Drawn up from nine o'clock, ready at about ten.
    statement_from = time(10, 15)
    frozen_until_shipped = True

    @property
    def channels(self) -> frozenset[str]:  # type: ignore[override]  # where the others have a constant
        """A browser has no WeChat to pay in; only the sandbox's cashier plays one there."""
        return frozenset({gateways.MINIAPP, gateways.WEB} if settings.SANDBOX_URL else {gateways.MINIAPP})

    def offered(self, store: Store) -> bool:
        return (
            store.currency == "CNY" and bool(store.wechat_app_id) and accounts.find(WeChatPayAccount, store) is not None
        )

    def draft(self, order: Order, number: str, client_ip: str) -> dict[str, Any]:
        store = order.store
        body: dict[str, Any] = {
            "appid": store.wechat_app_id,
            "mchid": accounts.require(WeChatPayAccount, store).mchid,
            "description": _description(order),
            "out_trade_no": number,
            "time_expire": order.expires_at.astimezone(BEIJING).isoformat(timespec="seconds"),
            "notify_url": self.notify_url(store),
            "amount": {"total": order.total, "currency": order.currency},
            "payer": {"openid": order.shopper.openid},
        }
        if client_ip:
            body["scene_info"] = {"payer_client_ip": client_ip}
        return body

    def same(self, draft: dict[str, Any], other: dict[str, Any]) -> bool:
        apart = {"out_trade_no", "scene_info"}
        return {k: v for k, v in draft.items() if k not in apart} == {k: v for k, v in other.items() if k not in apart}

    def prepay(self, payment: Payment) -> Prepaid:
        asked_at = clock.now()
        reference = _client_of(payment).prepay(payment.request)
        return Prepaid(reference, _serves_until(payment, reference, asked_at))

    def parameters(self, payment: Payment) -> dict[str, str]:
        app_id = payment.request["appid"]
        timestamp, nonce = str(int(clock.now().timestamp())), signing.nonce()
        package = f"prepay_id={payment.provider_reference}"
        key = signing.private_key(accounts.require(WeChatPayAccount, payment.store).private_key)
        signature = signing.pay_signature(key, app_id, timestamp, nonce, package)
        return {"timeStamp": timestamp, "nonceStr": nonce, "package": package, "signType": "RSA", "paySign": signature}

    def query(self, payment: Payment) -> PaymentReport:
        try:
            return _payment_report(_client_of(payment).query(payment.number))
        except Malformed as trouble:
            raise Unavailable(f"an answer that is no transaction: {trouble}") from None

    def mismatch(self, payment: Payment, report: PaymentReport) -> str:
        asked = payment.request
        expected = {"appid": asked.get("appid"), "mchid": asked.get("mchid"), "out_trade_no": asked.get("out_trade_no")}
        told = {**report.identity, "out_trade_no": report.number}
        wrong = [name for name, value in expected.items() if told.get(name) != value]
        if told.get("openid") not in (None, asked.get("payer", {}).get("openid")):
            wrong.append("payer.openid")
        return ", ".join(wrong)

    def close(self, payment: Payment) -> None:
        try:
            _client_of(payment).close(payment.number)
        except (gateways.AlreadyClosed, gateways.NumberUnknown):
            return

    def refund(self, refund: Refund) -> RefundReport:
        payment = refund.payment
        body: dict[str, Any] = {
            "out_trade_no": payment.number,
            "out_refund_no": refund.number,
            "notify_url": self.notify_url(refund.store),
            "amount": {"refund": refund.amount, "total": payment.paid_amount, "currency": refund.currency},
        }
        if reason := _plain(refund.reason)[:80]:
            body["reason"] = reason
        if refund.goods:
            body["goods_detail"] = [_goods(entry) for entry in refund.goods]
        return self._refund_report(_client_of(payment).refund(body), refund.number)

    def query_refund(self, refund: Refund) -> RefundReport:
        return self._refund_report(_client_of(refund.payment).query_refund(refund.number), refund.number)

    def may_redirect(self, refund: Refund) -> bool:
        return refund.verdict == ABNORMAL and bool(refund.provider_refund_id)

    def redirect(self, refund: Refund, card: BankCard | None) -> RefundReport:
        apply, refund_id = _client_of(refund.payment).apply_abnormal_refund, refund.provider_refund_id or ""
        if card is None:
            document = apply(refund_id, refund.number, "MERCHANT_BANK_CARD")
        else:
            document = apply(
                refund_id, refund.number, "USER_BANK_CARD",
                bank_type=card.bank, bank_account=card.account, real_name=card.holder,
            )  # fmt: skip
        return self._refund_report(document, refund.number)

    def find_refund(self, payment: Payment, number: str) -> RefundReport:
        report = self._refund_report(_client_of(payment).query_refund(number), number)
        return report if report.payment_number == payment.number else replace(report, mismatch="out_trade_no")

    def statement(self, store: Store, day: date) -> Iterable[StatementLine]:
        return statements.lines(Client(accounts.require(WeChatPayAccount, store)), store.wechat_app_id, day)

    def movements(self, store: Store, day: date) -> Iterable[Movement]:
        return statements.movements(Client(accounts.require(WeChatPayAccount, store)), day)

    def _refund_report(self, document: dict[str, Any], number: str) -> RefundReport:
        try:
            return _refund_report(document, number, document.get("status"))
        except Malformed as trouble:
            raise Unavailable(f"an answer that is no refund: {trouble}") from None

    def receive(self, store: Store, headers: Mapping[str, str], body: bytes, now: datetime) -> Event:
        try:
            # What costs nothing to look at comes first.
            seal = signing.Seal.of(headers)
            seal.check_time(now)
            account = accounts.find(WeChatPayAccount, store)
            if account is None:
                raise Forged(gettext_noop("this store has no account at WeChat Pay"))
            seal.check(keys.key_for(account, seal.serial, now), body)
            envelope = _envelope(body)
            _open(envelope, account.api_v3_key)
        except signing.Unverified as trouble:
            raise Forged(str(trouble)) from None
        return Event(
            envelope["id"], envelope["event_type"], {name: headers[name] for name in KEPT_HEADERS if name in headers}
        )

    def reveal(self, notification: Notification) -> Any:
        try:
            return _open(
                _envelope(notification.body.encode()), accounts.require(WeChatPayAccount, notification.store).api_v3_key
            )
        except (signing.Unverified, Declined) as trouble:
            raise Malformed(str(trouble)) from None

    def read(self, notification: Notification) -> Report | None:
        envelope = _envelope(notification.body.encode())
        account = accounts.require(WeChatPayAccount, notification.store_id)
        try:
            document = _open(envelope, account.api_v3_key)
        except signing.Unverified as trouble:
            raise Malformed(str(trouble)) from None
        event = str(envelope["event_type"])
        if event.startswith("TRANSACTION."):
            return _payment_report(document)
        if event.startswith("REFUND."):
            mismatch = "" if document.get("mchid") == account.mchid else "mchid"
            return _refund_report(document, str(document.get("out_refund_no")), document.get("refund_status"), mismatch)
        return None


def _serves_until(payment: Payment, reference: str, asked_at: datetime) -> datetime:
    """Until when a prepay id serves that was answered now: asked for again, it is the same one as long as it lives."""
    if payment.reference_expires_at and reference == payment.provider_reference:
        return payment.reference_expires_at
    # An earlier answer may have been lost, and the id be as old as the attempt.
    since_opened = payment.opened_at + PREPAY_LIFE
    return since_opened if not payment.provider_reference and since_opened > asked_at else asked_at + PREPAY_LIFE


def _client_of(payment: Payment) -> Client:
    """The client of the merchant with whom the payment was opened: another one would not know its number, and say so."""
    account = accounts.require(WeChatPayAccount, payment.store)
    if account.mchid != payment.request["mchid"]:
        raise Declined(f"opened with merchant {payment.request['mchid']}, and the store now has {account.mchid}")
    return Client(account)


def _description(order: Order) -> str:
    """What the payer reads in the bill: store and number."""
    words = f"{text(order.store, 'name', order.store.default_language)} {order.number}"
    return _plain(words).encode()[:DESCRIPTION_BYTES].decode(errors="ignore").strip() or pick("订单", "Order")


def _plain(words: str) -> str:
    """The words as WeChat Pay takes them: it refuses characters beyond the basic plane (emoji)."""
    return "".join(letter for letter in words if letter.isprintable() and ord(letter) < 0x10000)


def _envelope(body: bytes) -> dict[str, Any]:
    try:
        envelope = json.loads(body.decode())
        resource = envelope["resource"]
        texts = [envelope["id"], envelope["event_type"], resource["ciphertext"], resource["nonce"]]
        texts.append(resource.get("associated_data") or "")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed(f"no notification of WeChat Pay: {type(error).__name__}") from None
    if not all(isinstance(part, str) for part in texts):
        raise Malformed("no notification of WeChat Pay: odd fields")
    if resource.get("algorithm", "AEAD_AES_256_GCM") != "AEAD_AES_256_GCM":
        raise Malformed("another algorithm")
    return dict(envelope)


def _open(envelope: dict[str, Any], api_v3_key: str) -> dict[str, Any]:
    resource = envelope["resource"]
    plain = signing.decrypt(
        api_v3_key, resource["nonce"], resource.get("associated_data") or "", resource["ciphertext"]
    )
    try:
        document = json.loads(plain.decode())
    except (ValueError, RecursionError):
        raise Malformed("what was encrypted is no JSON") from None
    if not isinstance(document, dict):
        raise Malformed("what was encrypted is no object")
    return document


def _payment_report(document: dict[str, Any]) -> PaymentReport:
    """Read a transaction."""
    number, told = document.get("out_trade_no"), document.get("trade_state")
    if not isinstance(number, str) or not isinstance(told, str):
        raise Malformed("no out_trade_no or trade_state")
    # What is new to us has not ended for sure: it is asked about again.
    state = STATES.get(told, "open")
    payer = document.get("payer")
    identity = {
        "appid": _text(document.get("appid")),
        "mchid": _text(document.get("mchid")),
        "openid": _text(payer.get("openid")) if isinstance(payer, dict) else None,
    }
    if state != "succeeded":
        return PaymentReport(number, state, identity=identity)
    amount = document.get("amount")
    total = amount.get("total") if isinstance(amount, dict) else None
    transaction_id = document.get("transaction_id")
    if not isinstance(total, int) or isinstance(total, bool) or total < 0:
        raise Malformed("amount.total is no whole number")
    if not isinstance(transaction_id, str) or not 1 <= len(transaction_id) <= 64:
        raise Malformed("no transaction_id")
    currency = str(amount.get("currency") or "CNY") if isinstance(amount, dict) else ""
    return PaymentReport(
        number, "succeeded", total, currency[:16], transaction_id, _moment(document.get("success_time")), identity
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _goods(entry: dict[str, Any]) -> dict[str, Any]:
    """One entry of ``Refund.goods`` as WeChat Pay writes it; its number takes 32 characters."""
    return {
        "merchant_goods_id": entry["sku"][:32],
        "goods_name": _plain(entry["name"])[:256] or entry["sku"][:32],
        "unit_price": entry["unit_price"],
        "refund_amount": entry["amount"],
        "refund_quantity": entry["quantity"],
    }


def _refund_report(document: dict[str, Any], number: str, status: object, mismatch: str = "") -> RefundReport:
    state = REFUND_STATES.get(str(status))
    amount = document.get("amount")
    refunded = amount.get("refund") if isinstance(amount, dict) else None
    refund_id = document.get("refund_id")
    if state is None or not isinstance(refunded, int) or isinstance(refunded, bool):
        raise Malformed("no status or amount of a refund")
    if not isinstance(refund_id, str) or not 1 <= len(refund_id) <= 64:
        raise Malformed("no refund_id")
    if document.get("out_refund_no") != number:
        mismatch = "out_refund_no"
    return RefundReport(
        number,
        state,
        refunded,
        refund_id,
        _moment(document.get("success_time")),
        str(status),
        mismatch,
        str(document.get("out_trade_no") or ""),
    )


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
