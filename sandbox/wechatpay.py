"""The HTTP surface of WeChat Pay v3: who signed, what is asked, the signed answer."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox import bodies, refunds, trading
from sandbox.answering import compact, pay_answer, pay_refusal
from sandbox.clock import beijing
from sandbox.errors import PayError, param_error
from sandbox.signing import (
    FIVE_MINUTES,
    PlatformCertificate,
    encrypt,
    read_authorization,
    read_public_key,
    request_message,
    verifies,
)
from sandbox.world import WORLD, World, provider_call

MerchantCall = Callable[[World, sqlite3.Row, web.Request, bytes], Awaitable[web.Response]]
AUTH_FIELDS = {"mchid", "nonce_str", "signature", "timestamp", "serial_no"}


def merchant_call(name: str) -> Callable[[MerchantCall], Callable[[web.Request], Awaitable[web.StreamResponse]]]:
    """Makes a handler of a call: checks the signature, hands it the merchant and the raw body, writes errors."""

    def wrap(call: MerchantCall) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        @provider_call(name)
        async def handler(request: web.Request) -> web.StreamResponse:
            world, raw = request.app[WORLD], await request.read()
            try:
                _check_headers(request, raw)
                merchant = authenticate(world, request, raw)
                return await call(world, merchant, request, raw)
            except PayError as error:
                return pay_refusal(request, error)

        return handler

    return wrap


def _check_headers(request: web.Request, raw: bytes) -> None:
    """What every request must say of itself. Raises PayError."""
    accepted = request.headers.get("Accept", "")
    if not any(kind in accepted for kind in ("application/json", "*/*")):
        raise _header_error("Accept", "必须是application/json", accepted)
    if not request.headers.get("User-Agent"):
        raise _header_error("User-Agent", "缺少必填的Http头", "")
    if raw and request.content_type != "application/json":
        raise _header_error("Content-Type", "必须是application/json", request.headers.get("Content-Type", ""))


def _header_error(name: str, issue: str, value: str) -> PayError:
    return param_error(name, issue, value, location="header")


def authenticate(world: World, request: web.Request, raw: bytes) -> sqlite3.Row:
    """The merchant who signed exactly this request. Raises PayError (401 SIGN_ERROR)."""
    fields = read_authorization(request.headers.get("Authorization", ""))
    if fields is None:
        raise _sign_error("Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》")
    if set(fields) != AUTH_FIELDS:
        raise _sign_error("Http头Authorization中的参数缺失或多余")
    if not fields["timestamp"].isdecimal() or abs(time.time() - int(fields["timestamp"])) >= FIVE_MINUTES:
        raise _sign_error("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")
    merchant = world.state.one("SELECT * FROM merchants WHERE mchid = ?", fields["mchid"])
    if merchant is None:
        raise _sign_error("商户号不存在，请检查Http头Authorization中的mchid")
    if merchant["serial_no"] != fields["serial_no"]:
        raise _sign_error("商户证书序列号有误，请使用签名私钥匹配的证书序列号")
    # raw_path is the path as it came: the signature is over those very bytes, not over a normalised form.
    message = request_message(request.method, request.raw_path, fields["timestamp"], fields["nonce_str"], raw)
    if not verifies(read_public_key(merchant["public_key_pem"]), message, fields["signature"]):
        detail = {
            "field": "signature",
            "issue": "sign not match",
            "location": "authorization",
            "sign_information": {
                "method": request.method,
                "url": request.raw_path,
                "truncated_sign_message": message.decode("utf-8", "replace")[:200],
                "sign_message_length": len(message),
            },
        }
        raise PayError(401, "SIGN_ERROR", "错误的签名，导致验签失败", detail=detail)
    serial = request.headers.get("Wechatpay-Serial", "")
    if serial and world.keys.key_of(serial) is None:
        raise PayError(400, "PARAM_ERROR", "平台证书序列号Wechatpay-Serial错误")
    named = serial or world.keys.serial
    if merchant["wechatpay_serial"] != named:
        world.state.run("UPDATE merchants SET wechatpay_serial = ? WHERE mchid = ?", named, merchant["mchid"])
    return merchant


def _sign_error(message: str) -> PayError:
    return PayError(401, "SIGN_ERROR", message, detail={"field": "authorization", "issue": message})


@merchant_call("prepay")
async def prepay(world: World, merchant: sqlite3.Row, request: web.Request, raw: bytes) -> web.Response:
    content = bodies.read_body(raw, bodies.PREPAY, world.settings["refuse_emoji"])
    return pay_answer(request, 200, compact({"prepay_id": trading.prepay(world, merchant["mchid"], content)}))


@merchant_call("query")
async def query(world: World, merchant: sqlite3.Row, request: web.Request, raw: bytes) -> web.Response:
    """By the merchant's number; an unpaid payment is found by this one only."""
    _check_mchid(merchant, request)
    trade = trading.find(world, merchant["mchid"], request.match_info["out_trade_no"])
    if trade is None:
        raise PayError(404, "ORDER_NOT_EXIST")
    return pay_answer(request, 200, compact(trading.shown(world, trade)))


@merchant_call("query")
async def query_by_id(world: World, merchant: sqlite3.Row, request: web.Request, raw: bytes) -> web.Response:
    _check_mchid(merchant, request)
    sql = "SELECT * FROM transactions WHERE mchid = ? AND transaction_id = ?"
    trade = world.state.one(sql, merchant["mchid"], request.match_info["transaction_id"])
    if trade is None:
        raise PayError(404, "ORDER_NOT_EXIST")
    return pay_answer(request, 200, compact(trading.shown(world, trade)))


def _check_mchid(merchant: sqlite3.Row, request: web.Request) -> None:
    given = request.query.get("mchid")
    if given is None:
        raise param_error("mchid", "缺少必填参数", location="query")
    if given != merchant["mchid"]:
        raise param_error("mchid", "与签名中的商户号不一致", given, location="query")


@merchant_call("close")
async def close(world: World, merchant: sqlite3.Row, request: web.Request, raw: bytes) -> web.Response:
    content = bodies.read_body(raw, bodies.CLOSE, world.settings["refuse_emoji"])
    if content["mchid"] != merchant["mchid"]:
        raise param_error("/mchid", "与签名中的商户号不一致", content["mchid"])
    trading.close(world, merchant["mchid"], request.match_info["out_trade_no"])
    return pay_answer(request, 204, b"")


@merchant_call("refund")
async def refund(world: World, merchant: sqlite3.Row, request: web.Request, raw: bytes) -> web.Response:
    content = bodies.read_body(raw, bodies.REFUND, world.settings["refuse_emoji"])
    row = refunds.refund(world, merchant["mchid"], content)
    return pay_answer(request, 200, compact(refunds.shown(world, row)))


@merchant_call("refund_query")
async def refund_query(world: World, merchant: sqlite3.Row, request: web.Request, raw: bytes) -> web.Response:
    row = refunds.find(world, merchant["mchid"], request.match_info["out_refund_no"])
    if row is None:
        raise PayError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
    return pay_answer(request, 200, compact(refunds.shown(world, row)))


@merchant_call("abnormal_refund")
async def abnormal_refund(world: World, merchant: sqlite3.Row, request: web.Request, raw: bytes) -> web.Response:
    content = bodies.read_body(raw, bodies.ABNORMAL_REFUND, world.settings["refuse_emoji"])
    named = request.headers.get("Wechatpay-Serial", "")
    refund_id = request.match_info["refund_id"]
    row = refunds.apply_abnormal(world, merchant["mchid"], refund_id, content, world.keys.key_of(named))
    return pay_answer(request, 200, compact(refunds.shown(world, row)))


@merchant_call("certificates")
async def certificates(world: World, merchant: sqlite3.Row, request: web.Request, raw: bytes) -> web.Response:
    """The platform certificates, encrypted, the newest first; in public-key mode there may be none (setting)."""
    mode = world.settings["certificates"]
    if mode == "absent":
        raise PayError(404, "RESOURCE_NOT_EXISTS", "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥")
    if mode == "empty":
        return pay_answer(request, 200, b'{"data":[]}')
    entries = [_certificate_entry(one, merchant["api_v3_key"]) for one in world.keys.certificates]
    return pay_answer(request, 200, compact({"data": entries}))


def _certificate_entry(one: PlatformCertificate, api_v3_key: str) -> dict[str, Any]:
    nonce = secrets.token_urlsafe(9)[:12]
    return {
        "serial_no": one.serial,
        "effective_time": beijing(one.certificate.not_valid_before_utc.timestamp()),
        "expire_time": beijing(one.certificate.not_valid_after_utc.timestamp()),
        "encrypt_certificate": {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": nonce,
            "associated_data": "certificate",
            "ciphertext": encrypt(api_v3_key, nonce, "certificate", one.pem.encode()),
        },
    }


async def unknown_path(request: web.Request) -> web.StreamResponse:
    """Anything else below /v3/."""
    body = json.dumps({"code": "NOT_FOUND", "message": f"{request.method} {request.path}"})
    return web.Response(status=404, text=body, content_type="application/json")


def routes() -> list[web.RouteDef]:
    by_number = "/v3/pay/transactions/out-trade-no/{out_trade_no}"
    return [
        web.post("/v3/pay/transactions/jsapi", prepay),
        web.get(by_number, query, allow_head=False),
        web.get("/v3/pay/transactions/id/{transaction_id}", query_by_id, allow_head=False),
        web.post(by_number + "/close", close),
        web.post("/v3/refund/domestic/refunds", refund),
        web.get("/v3/refund/domestic/refunds/{out_refund_no}", refund_query, allow_head=False),
        web.post("/v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund", abnormal_refund),
        web.get("/v3/certificates", certificates, allow_head=False),
        web.route("*", "/v3/{rest:.*}", unknown_path),
    ]
