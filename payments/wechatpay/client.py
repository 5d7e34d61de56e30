"""WeChat Pay v3 over HTTP, for one merchant: signs what goes out, verifies what comes back, gives errors types. Decides nothing.

Base URL: ``settings.WECHATPAY_API_BASE``.
"""

import json
import time
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

from core import clock, outbound
from payments.gateways import Declined, Unavailable
from payments.wechatpay import keys, signing
from payments.wechatpay.errors import error_for
from shop.models import WeChatPayAccount

SECONDS = 8.0
# Once more, when the connection broke or WeChat Pay reported an error of its own: every call here may be repeated.
PAUSES = (0.3,)


class Client:
    """Calls in the name of one merchant. Each raises a GatewayError; Unavailable says that the outcome is not known."""

    def __init__(self, account: WeChatPayAccount) -> None:
        self.account = account
        self.mchid = account.mchid

    def __repr__(self) -> str:
        return f"<Client {self.mchid}>"

    def prepay(self, body: dict[str, Any]) -> str:
        """Open a JSAPI payment (mini programs share it): the prepay_id. The same body again gives it again."""
        answer = self._call("POST", "/v3/pay/transactions/jsapi", body)
        prepay_id = answer.get("prepay_id")
        if not isinstance(prepay_id, str) or not prepay_id:
            raise Unavailable("an answer without prepay_id")
        return prepay_id

    def query(self, out_trade_no: str) -> dict[str, Any]:
        """The transaction with our number."""
        return self._call("GET", f"/v3/pay/transactions/out-trade-no/{quote(out_trade_no, safe='')}", mchid=self.mchid)

    def close(self, out_trade_no: str) -> None:
        """See to it that our number can no longer be paid. An unknown number is no error here."""
        self._call(
            "POST", f"/v3/pay/transactions/out-trade-no/{quote(out_trade_no, safe='')}/close", {"mchid": self.mchid}
        )

    def refund(self, body: dict[str, Any]) -> dict[str, Any]:
        """Ask for a refund. The answer says that it was accepted, not that it is done; the same body again is the same refund."""
        return self._call("POST", "/v3/refund/domestic/refunds", body)

    def query_refund(self, out_refund_no: str) -> dict[str, Any]:
        """The refund with our number."""
        return self._call("GET", f"/v3/refund/domestic/refunds/{quote(out_refund_no, safe='')}")

    def certificates(self) -> dict[str, str]:
        """The platform certificates that are valid now: serial number → PEM.

        They are encrypted under the APIv3 key, which nobody else has; that is what the first of them can be trusted by.
        """
        method, target = "GET", "/v3/certificates"
        answer = self._send(method, target, "")
        document = self._document(answer)
        try:
            found = {
                entry["serial_no"]: signing.decrypt(
                    self.account.api_v3_key,
                    entry["encrypt_certificate"]["nonce"],
                    entry["encrypt_certificate"]["associated_data"],
                    entry["encrypt_certificate"]["ciphertext"],
                ).decode()
                for entry in document.get("data", [])
            }
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError, signing.Unverified) as error:
            raise Unavailable(f"certificates that cannot be read: {error}") from None
        known, self.account.certificates = self.account.certificates, {**self.account.certificates, **found}
        try:
            self._verify(answer)
        finally:
            self.account.certificates = known
        return found

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None, **query: str) -> dict[str, Any]:
        target = path + (f"?{urlencode(query)}" if query else "")
        # Signed and sent are the same bytes, and the same again when it is asked again: the database keeps no order of keys.
        content = "" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        for pause in (*PAUSES, None):
            try:
                answer = self._send(method, target, content)
                self._verify(answer)
                return self._document(answer)
            except _Again as trouble:
                if pause is None:
                    raise Unavailable(str(trouble)) from None
            time.sleep(pause)
        raise AssertionError("unreachable")

    def _send(self, method: str, target: str, content: str) -> outbound.Answer:
        """One request. Answers 2xx, raises for the rest."""
        account = self.account
        try:
            key = signing.private_key(account.private_key)
        except ValueError:
            raise Declined("the merchant's private key cannot be read: check the account") from None
        headers = {
            "Authorization": signing.authorization(
                key, self.mchid, account.serial_no, method, target, content,
                timestamp=int(clock.now().timestamp()), nonce_str=signing.nonce(),
            ),
            "Accept": "application/json",
        }  # fmt: skip
        if content:
            headers["Content-Type"] = "application/json"
        if account.public_key_id:
            # By this WeChat Pay decides with which key it signs the answer.
            headers["Wechatpay-Serial"] = account.public_key_id
        url = settings.WECHATPAY_API_BASE.rstrip("/") + target
        try:
            answer = outbound.call(method, url, body=content.encode() or None, headers=headers, seconds=SECONDS)
        except outbound.Unanswered as trouble:
            raise (Unavailable if trouble.slow else _Again)(str(trouble)) from None
        if answer.status in (200, 204):
            return answer
        raise self._refusal(answer)

    def _refusal(self, answer: outbound.Answer) -> Exception:
        # Anybody on the way could have made up an answer that is not signed: nothing but its kind is taken from it.
        request_id = answer.headers.get("Request-ID", "")[:100]
        try:
            document = json.loads(answer.body)
            code, message = str(document["code"]), str(document.get("message", ""))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            code, message = "", "no JSON"
        error = error_for(answer.status, code, message, request_id)
        return _Again(str(error)) if answer.status >= 500 else error

    def _verify(self, answer: outbound.Answer) -> None:
        """Raises Unavailable unless WeChat Pay signed it: whatever it says, it may be somebody else's word."""
        now = clock.now()
        try:
            seal = signing.Seal.of(answer.headers)
            seal.check_time(now)
            seal.check(keys.key_for(self.account, seal.serial, now), answer.body)
        except signing.Unverified as trouble:
            raise Unavailable(f"an answer that cannot be verified: {trouble}") from None

    def _document(self, answer: outbound.Answer) -> dict[str, Any]:
        if not answer.body:
            return {}
        try:
            document = json.loads(answer.body)
        except (ValueError, RecursionError):
            raise Unavailable("an answer that is no JSON") from None
        if not isinstance(document, dict):
            raise Unavailable("an answer that is no object")
        return document


class _Again(Exception):
    """A trouble that another try may get over."""
