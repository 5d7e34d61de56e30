"""The page that Stripe would host: a person scans the code and pays, or passes the bank's check, or declines."""

from __future__ import annotations

import io
from html import escape
from urllib.parse import urlencode

import segno
from aiohttp import web

from sandbox.errors import Refused
from sandbox.stripe import documents, paying
from sandbox.stripe.facts import Document, written
from sandbox.world import WORLD

# No form-action: after the check the payer is sent on to the shop's own address.
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
TEXTS = {
    "en": {
        "title": "Pay",
        "wechat_pay": "WeChat Pay",
        "card": "The bank asks you to confirm this payment",
        "pay": "Pay",
        "decline": "Decline",
        "succeeded": "Paid.",
        "requires_capture": "The money is reserved.",
        "processing": "The payment is in process.",
        "canceled": "The shop has canceled this payment.",
        "requires_payment_method": "The payment was declined.",
        "requires_confirmation": "The shop has not started this payment yet.",
    },
    "zh-Hans": {
        "title": "付款",
        "wechat_pay": "微信支付",
        "card": "银行请您确认这笔付款",
        "pay": "付款",
        "decline": "拒绝",
        "succeeded": "已付款。",
        "requires_capture": "款项已预授权。",
        "processing": "付款处理中。",
        "canceled": "商家已取消这笔付款。",
        "requires_payment_method": "付款已被拒绝。",
        "requires_confirmation": "商家尚未发起这笔付款。",
    },
}


def _intent(request: web.Request) -> Document:
    """The intent that the address names by its client secret; 404 without it."""
    world, secret = request.app[WORLD], request.match_info["secret"]
    identifier = secret.partition("_secret_")[0]
    intent = documents.find(world, documents.owner(world, identifier), identifier, "payment_intent")
    if intent is None or intent["client_secret"] != secret:
        raise web.HTTPNotFound
    return intent


async def page(request: web.Request) -> web.StreamResponse:
    intent = _intent(request)
    world = request.app[WORLD]
    language = "zh-Hans" if request.headers.get("Accept-Language", "").startswith("zh") else "en"
    texts, status = TEXTS[language], intent["status"]
    method = documents.find(world, documents.owner(world, intent["id"]), intent["payment_method"] or "")
    kind = method["type"] if method else "card"
    if status == "requires_action":
        code = f'<p><img src="{escape(request.path)}/qr.svg" alt="" width="200" height="200"></p>'
        inside = (
            f"<p>{texts[kind]}</p>{code if kind == 'wechat_pay' else ''}"
            f'<form method="post" class="row"><button class="main" name="action" value="pay">{texts["pay"]}</button>'
            f'<button name="action" value="decline">{texts["decline"]}</button></form>'
        )
    else:
        inside = f'<p role="status">{texts[status]}</p>'
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        f'<title>{texts["title"]}</title><link rel="stylesheet" href="/page/page.css"></head><body><main>'
        f'<article class="card"><h1>{escape(written(intent["amount"], intent["currency"]))}</h1>'
        f'<p class="soft">{escape(intent["description"] or intent["id"])}</p>{inside}</article></main></body></html>'
    )
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return web.Response(text=html, content_type="text/html", headers=headers)


async def act(request: web.Request) -> web.StreamResponse:
    """The person has decided; then on to the shop's return_url, or to this page again."""
    intent, action = _intent(request), (await request.post()).get("action")
    back = ((intent["next_action"] or {}).get("redirect_to_url") or {}).get("return_url")
    if action not in ("pay", "decline"):
        raise web.HTTPBadRequest
    try:
        paying.payer_acts(request.app[WORLD], intent["id"], str(action))
    except Refused:
        # Somebody was quicker; the page says how it stands.
        raise web.HTTPSeeOther(request.path) from None
    if not back:
        raise web.HTTPSeeOther(request.path)
    told = urlencode(
        {
            "payment_intent": intent["id"],
            "payment_intent_client_secret": intent["client_secret"],
            "redirect_status": "succeeded" if action == "pay" else "failed",
        }
    )
    raise web.HTTPSeeOther(f"{back}{'&' if '?' in back else '?'}{told}")


async def code(request: web.Request) -> web.StreamResponse:
    """The QR code of this page's address, as PNG or SVG."""
    intent, kind, picture = _intent(request), request.match_info["kind"], io.BytesIO()
    url = paying.page_url(f"{request.scheme}://{request.host}", intent)
    segno.make(url).save(picture, kind=kind, scale=4)
    return web.Response(body=picture.getvalue(), content_type="image/png" if kind == "png" else "image/svg+xml")


def routes() -> list[web.RouteDef]:
    return [
        web.get("/stripe/pay/{secret}", page),
        web.post("/stripe/pay/{secret}", act),
        web.get("/stripe/pay/{secret}/qr.{kind:png|svg}", code),
    ]
