"""The preview's pages: the stage, the compiled program, and WeChat's part played by the sandbox.

Everything here is public, as a storefront is. Nothing needs a session: a login code and a bill come from the sandbox, which only exists in
development and demonstration (``SANDBOX_URL``); without one those addresses are not there.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

import segno
from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe
from django.views.static import serve

from core import outbound
from core.problems import Problem, problem_response
from core.texts import text
from miniapp_templates.generating import STOREFRONT, TOKENS, GeneratingError, palettes
from miniapp_templates.previewing import folder_of, is_ready
from shop.models import Store

SANDBOX_SECONDS = 5.0
BODY_LIMIT = 8 * 1024
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# Width, height, insets at top and bottom, in CSS pixels.
DEVICES = [
    {"key": "320", "kind": "phone", "width": 320, "height": 568, "top": 20, "bottom": 0},
    {"key": "375", "kind": "phone", "width": 375, "height": 812, "top": 44, "bottom": 34},
    {"key": "430", "kind": "phone", "width": 430, "height": 932, "top": 54, "bottom": 34},
    {"key": "768", "kind": "tablet", "width": 768, "height": 1024, "top": 24, "bottom": 20},
    {"key": "1280", "kind": "window", "width": 1280, "height": 800, "top": 0, "bottom": 0},
]
# The compiled program: its own files, pictures from anywhere, calls to the shop's server.
PROGRAM_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https:; media-src 'self' blob: https:;"
    " font-src 'self' data: https:; connect-src 'self' blob: https:; frame-src https:; object-src 'none'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self'"
)
_USER = re.compile(r"[\w.@-]{1,64}")
_PREPAY = re.compile(r"[\w-]{1,64}")


@staff_member_required(login_url="admin:login")
def own_stage(request: HttpRequest) -> HttpResponse:
    """Where the admin's link leads: the preview of the first store that this member of staff works in."""
    stores: list[Store] = getattr(request, "stores", [])
    if not stores:
        raise Http404
    return redirect("preview-stage", store=stores[0].slug)


def _store(slug: str) -> Store:
    return get_object_or_404(Store, slug=slug)


def _ready(slug: str) -> bool:
    try:
        return is_ready(slug)
    except GeneratingError:
        return False


@require_safe
def stage(request: HttpRequest, store: str) -> HttpResponse:
    """The store's program in a phone, with switches for what the phone is and a log of what the program does."""
    found = _store(store)
    light, dark = palettes(
        (STOREFRONT / TOKENS).read_text(), found.brand_color if _is_colour(found.brand_color) else "#256d4f"
    )
    context: dict[str, Any] = {"store": found, "name": text(found, "name"), "light": light, "dark": dark}
    if not _ready(found.slug):
        return render(request, "miniapp_templates/missing.html", context)
    app = reverse("preview-app", args=[found.slug, ""])
    address = request.build_absolute_uri(app)
    context |= {
        "app": app,
        "address": address,
        "only_here": urlsplit(address).hostname in LOOPBACK,
        "qr": segno.make(address, error="m").svg_data_uri(scale=4, border=0, dark="#1d211f", light=None),
        "devices": DEVICES,
        "config": {"app": app, "devices": {device["key"]: device for device in DEVICES}, "words": _words()},
    }
    return render(request, "miniapp_templates/stage.html", context)


def _is_colour(value: str) -> bool:
    return bool(re.fullmatch(r"#[0-9a-fA-F]{6}", value))


def _words() -> dict[str, str]:
    """What the stage's script writes itself."""
    return {
        "copied": _("Copied"),
        "empty": _("Use the program: its calls and requests appear here."),
        "nothing": _("Nothing of this kind so far."),
        "page": _("Page"),
        "answer": _("Answer"),
        "sent": _("Sent"),
        "waiting": _("waiting"),
        "ms": _("ms"),
    }


@require_safe
@xframe_options_sameorigin
@gzip_page
def program(request: HttpRequest, store: str, path: str) -> HttpResponseBase:
    """A file of the compiled program; the program's page for the bare address."""
    if not _ready(store):
        if path:
            raise Http404
        return redirect("preview-stage", store)
    try:
        response = serve(request, path or "index.html", document_root=str(folder_of(store)))
    except SuspiciousFileOperation:
        raise Http404 from None
    response["Content-Security-Policy"] = PROGRAM_POLICY
    # Asked for again each time, answered with 304 while it is the same: a fresh preview is seen at once.
    response["Cache-Control"] = "no-cache"
    return response


SandboxView = Callable[..., HttpResponse]


def _plays_wechat(view: SandboxView) -> SandboxView:
    """For views that ask the sandbox: they take a JSON object by POST and only exist where there is a sandbox.

    Exempt from the CSRF check, because no session and no right stands behind them: whoever calls may as well call the sandbox.
    """

    @functools.wraps(view)
    def answer(request: HttpRequest, store: str, **kwargs: str) -> HttpResponse:
        if not settings.SANDBOX_URL:
            return problem_response(
                Problem("not-found", 404, _("There is no sandbox: this part of the preview is off."))
            )
        try:
            found = Store.objects.get(slug=store)
        except Store.DoesNotExist:
            return problem_response(Problem("not-found", 404, _("There is no such store.")))
        if len(request.body) > BODY_LIMIT:
            return problem_response(Problem("too-large", 413, _("The request is too large.")))
        try:
            body = json.loads(request.body)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return problem_response(Problem("malformed", 400, _("Send a JSON object.")))
        return view(request, found, body, **kwargs)

    return csrf_exempt(require_POST(answer))


def _ask(path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """POST to the sandbox: status and answer. A sandbox that does not answer is a 502 with a problem."""
    url = f"{settings.SANDBOX_URL.rstrip('/')}{path}"
    try:
        answer = outbound.call(
            "POST",
            url,
            call="sandbox.play",
            body=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            seconds=SANDBOX_SECONDS,
        )
        value = json.loads(answer.body)
    except (outbound.Unanswered, ValueError):
        problem = Problem("sandbox-down", 502, _("The sandbox does not answer. Start it with `manage.py up`."))
        return 502, problem.document()
    return answer.status, value if isinstance(value, dict) else {}


def _bad(field: str, message: str) -> HttpResponse:
    return problem_response(Problem("invalid", 400, _("Some values cannot be accepted."), errors={field: [message]}))


@_plays_wechat
def login(request: HttpRequest, store: Store, body: dict[str, Any]) -> HttpResponse:
    """``wx.login``: a code for the user that this browser plays."""
    user = body.get("user")
    if not isinstance(user, str) or not _USER.fullmatch(user):
        return _bad("user", _("A name of 1 to 64 letters, digits, or . _ @ -"))
    status, answer = _ask("/sandbox/login-codes", {"appid": store.wechat_app_id, "user": user})
    return JsonResponse(answer, status=status)


@_plays_wechat
def cashier(request: HttpRequest, store: Store, body: dict[str, Any]) -> HttpResponse:
    """``wx.requestPayment``: the bill behind the JSAPI parameters, if the sandbox finds their signature right."""
    names = ("appId", "timeStamp", "nonceStr", "package", "signType", "paySign")
    for name in names:
        if not isinstance(body.get(name), str) or len(body[name]) > 1024:
            return _bad(name, _("A text is expected."))
    # The app is the store's: a program cannot pay another app's bills.
    status, answer = _ask("/sandbox/cashier", {**{name: body[name] for name in names}, "appId": store.wechat_app_id})
    if status == 200:
        answer["merchant"] = text(store, "name")
    return JsonResponse(answer, status=status)


@_plays_wechat
def cashier_act(request: HttpRequest, store: Store, body: dict[str, Any], prepay: str) -> HttpResponse:
    """What the shopper does at the cashier: pay, decline, pay_late."""
    action = body.get("action")
    if action not in ("pay", "decline", "pay_late"):
        return _bad("action", _("One of pay, decline, pay_late."))
    if not _PREPAY.fullmatch(prepay):
        return _bad("prepay_id", _("Not the number of a bill."))
    delay = body.get("delay", 0)
    wait = (
        {"delay": max(0, min(3600, delay))} if isinstance(delay, int) and not isinstance(delay, bool) and delay else {}
    )
    status, answer = _ask(f"/sandbox/cashier/{quote(prepay)}", {"action": action, **wait})
    return JsonResponse(answer, status=status)
