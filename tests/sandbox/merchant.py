"""A merchant of the tests: the independent client wechatpayv3 pointed at the sandbox, and a raw signer beside it."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from wechatpayv3 import WeChatPay, WeChatPayType

from tests.support.sandbox import SandboxClient, SandboxMerchant

SCHEME = "WECHATPAY2-SHA256-RSA2048"


class Merchant:
    """Calls by wechatpayv3 where it can make them, and requests signed by hand where they must be odd."""

    def __init__(self, sandbox: SandboxClient, known: SandboxMerchant, notify_url: str) -> None:
        self.sandbox = sandbox
        self.known = known
        self.notify_url = notify_url
        self.sdk = WeChatPay(
            wechatpay_type=WeChatPayType.MINIPROG,
            mchid=known.mchid,
            private_key=known.private_key_pem,
            cert_serial_no=known.serial_no,
            appid=known.appid,
            apiv3_key=known.api_v3_key,
            notify_url=notify_url,
            public_key=known.platform_public_key_pem,
            public_key_id=known.platform_public_key_id,
            timeout=(3, 10),
        )
        self.sdk._core._gate_way = sandbox.url

    def prepay(self, number: str, total: int = 100, **more: Any) -> tuple[int, dict[str, Any]]:
        """By the library; status and JSON."""
        fields: dict[str, Any] = {
            "description": "龙井 Longjing",
            "out_trade_no": number,
            "amount": {"total": total},
            "payer": {"openid": "oBuyer"},
        }
        status, text = self.sdk.pay(**fields | more)
        return status, json.loads(text)

    def open(self, number: str, total: int = 100, **more: Any) -> str:
        """The prepay id of a payment that must open."""
        status, content = self.prepay(number, total, **more)
        assert status == 200, content
        return str(content["prepay_id"])

    def paid(self, number: str, total: int = 100, **more: Any) -> str:
        """Opens and pays; the transaction id."""
        self.sandbox.pay(self.open(number, total), **more)
        return str(self.query(number)[1]["transaction_id"])

    def query(self, number: str) -> tuple[int, dict[str, Any]]:
        status, text = self.sdk.query(out_trade_no=number)
        return status, json.loads(text)

    def close(self, number: str) -> tuple[int, dict[str, Any]]:
        """204 has no content."""
        status, text = self.sdk.close(number)
        return status, json.loads(text) if text else {}

    def refund(self, number: str, refund_number: str, refund: int, total: int = 100, **more: Any) -> tuple[int, Any]:
        amount = {"refund": refund, "total": total, "currency": "CNY"}
        status, text = self.sdk.refund(refund_number, amount, out_trade_no=number, **more)
        return status, json.loads(text)

    def query_refund(self, refund_number: str) -> tuple[int, dict[str, Any]]:
        status, text = self.sdk.query_refund(refund_number)
        return status, json.loads(text)

    def cashier_params(self, prepay_id: str, **changed: str) -> dict[str, str]:
        """wx.requestPayment's parameters, paySign made by the library."""
        params = {
            "appId": self.known.appid,
            "timeStamp": str(int(time.time())),
            "nonceStr": secrets.token_hex(16),
            "package": f"prepay_id={prepay_id}",
            "signType": "RSA",
        }
        sign = self.sdk.sign([params[name] for name in ("appId", "timeStamp", "nonceStr", "package")])
        return {**params, "paySign": sign, **changed}

    def sign(self, message: bytes) -> str:
        return base64.b64encode(self.known.private_key.sign(message, PKCS1v15(), hashes.SHA256())).decode()

    def authorization(self, method: str, path: str, body: bytes = b"", changed: Mapping[str, str] | None = None) -> str:
        """The Authorization header by hand. `changed` replaces fields after signing, '' leaves one out;
        signed_timestamp is signed as well."""
        changed = dict(changed or {})
        fields = {
            "mchid": self.known.mchid,
            "nonce_str": secrets.token_hex(16),
            "timestamp": changed.pop("signed_timestamp", str(int(time.time()))),
            "serial_no": self.known.serial_no,
        }
        message = f"{method}\n{path}\n{fields['timestamp']}\n{fields['nonce_str']}\n".encode() + body + b"\n"
        fields = {**fields, "signature": self.sign(message), **changed}
        return f"{SCHEME} " + ",".join(f'{name}="{value}"' for name, value in fields.items() if value)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        changed: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """A request signed by hand. `body` bytes go as they are, anything else as JSON; `changed` as above."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent = {
            "Authorization": self.authorization(method, path, raw, changed),
            "Accept": "application/json",
            "Content-Type": "application/json",
            **(headers or {}),
        }
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, self.sandbox.url + path, data=raw, headers=sent, timeout=20)

    def prepay_body(self, number: str, **changed: Any) -> dict[str, Any]:
        """The body of a prepay request that is in order; None leaves a field out."""
        body = {
            "appid": self.known.appid,
            "mchid": self.known.mchid,
            "description": "龙井",
            "out_trade_no": number,
            "notify_url": self.notify_url,
            "amount": {"total": 100, "currency": "CNY"},
            "payer": {"openid": "oBuyer"},
            **changed,
        }
        return {name: value for name, value in body.items() if value is not None}
