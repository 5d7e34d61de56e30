"""How answers are written: WeChat's JSON, and WeChat Pay's signed JSON."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

from aiohttp import web

from sandbox.errors import PayError, Refused
from sandbox.world import WORLD


def compact(content: Any) -> bytes:
    """JSON in UTF-8 as the providers write it: nothing escaped, no spaces."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def api_answer(content: dict[str, Any]) -> web.Response:
    """An answer of api.weixin.qq.com: always HTTP 200."""
    return web.Response(body=compact(content), content_type="application/json", charset="utf-8")


def pay_answer(request: web.Request, status: int, body: bytes) -> web.Response:
    """A successful answer of WeChat Pay, signed by the key that the request asked for.

    Without Wechatpay-Serial in the request it is the certificate's.
    """
    keys = request.app[WORLD].keys
    serial = request.headers.get("Wechatpay-Serial", "")
    signer = serial if keys.key_of(serial) else keys.serial
    headers = {"Request-ID": request_id(0), **keys.headers(signer, str(int(time.time())), body)}
    if not body:
        return web.Response(status=status, headers=headers)
    return web.Response(status=status, body=body, headers=headers, content_type="application/json", charset="utf-8")


def pay_refusal(request: web.Request, error: PayError) -> web.Response:
    """An error answer of WeChat Pay; these are not signed."""
    body = compact(error.body(request.app[WORLD].settings["spelling"]))
    headers = {"Request-ID": request_id(error.tail())}
    return web.Response(
        status=error.status, body=body, headers=headers, content_type="application/json", charset="utf-8"
    )


def refused_answer(refused: Refused) -> web.Response:
    """How the control calls and the carrier say no."""
    return web.json_response(refused.body(), status=refused.status)


def request_id(number: int) -> str:
    """A Request-ID as WeChat Pay writes it: its tail tells the cause, 0 is success."""
    return f"08{secrets.token_hex(20).upper()}-{number}"
