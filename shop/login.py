"""Logging in: the code of ``wx.login`` becomes a shopper and a token of the store. There is no other way in."""

import logging
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core import clock
from core.problems import Problem
from shop import tokens
from shop.models import Shopper, Store
from wechat.client import Session, WeChatClient
from wechat.errors import BlockedUser, Busy, InvalidCode, RateLimited, WeChatError

log = logging.getLogger(__name__)


def log_in(store: Store, code: str, language: str = "") -> tuple[Shopper, str, datetime]:
    """The shopper whom WeChat names for the code, a new token, and when it ends (UTC).

    Raises Problem: 400 for a code that is wrong, used or too old, 403 for a user whom WeChat blocks, 429 and 503 when WeChat
    wants fewer calls or does not answer.
    """
    session = _ask_wechat(store, code)
    shopper, created = Shopper.objects.get_or_create(
        store=store, openid=session.openid, defaults={"unionid": session.unionid, "language": language}
    )
    shopper.seen_at = clock.now()
    shopper.unionid = session.unionid or shopper.unionid
    shopper.language = language or shopper.language
    shopper.save(update_fields=["seen_at", "unionid", "language"])
    if created:
        log.info("store %s: new shopper %s", store.slug, shopper.public_id)
    token, expires_at = tokens.issue(shopper)
    return shopper, token, expires_at


def _ask_wechat(store: Store, code: str) -> Session:
    if not store.wechat_app_id or not store.wechat_app_secret:
        raise Problem("login-not-ready", 503, _("This store cannot log you in yet."))
    try:
        return WeChatClient(store.wechat_app_id, store.wechat_app_secret).code2session(code)
    except InvalidCode:
        message = str(_("This login code is not valid, or no longer."))
        raise Problem("login-code-refused", 400, message, errors={"code": [message]}) from None
    except BlockedUser:
        raise Problem("login-blocked", 403, _("WeChat does not let this user log in.")) from None
    except RateLimited:
        raise Problem("too-many-requests", 429, _("Too many requests. Try again in a moment.")) from None
    except Busy as error:
        log.warning("store %s: no login, WeChat does not answer: %s", store.slug, error)
        raise Problem("provider-busy", 503, _("WeChat does not answer. Try again in a moment.")) from None
    except WeChatError as error:
        # AppID or AppSecret are wrong, or this server's address is not allowed: the merchant must act.
        log.error("store %s: WeChat refuses the login call: %s", store.slug, error)
        raise Problem("login-not-ready", 503, _("This store cannot log you in yet.")) from None
