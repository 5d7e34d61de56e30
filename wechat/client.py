"""The mini-program server API, for one mini program::

    session = WeChatClient(store.wechat_app_id, store.wechat_app_secret).code2session(code)

HTTP status is 200 whatever happens; ``errcode`` tells, and a success may leave it out. Busy answers (-1) are asked again, a few
times; a refused access token is replaced once. Base URL: ``settings.WECHAT_API_BASE``.
"""

import json
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from core import outbound
from wechat import tokens
from wechat.errors import BadCredentials, Busy, TokenRefused, WeChatError, error_for

SECONDS = 5.0
# Before the second and the third try; a shopper is waiting.
PAUSES = (0.2, 0.6)
# What stable_token answers when the secret itself is wrong.
WRONG_SECRET = 40001


@dataclass(frozen=True)
class Session:
    """Who has logged in. WeChat's session_key stays out of it: nothing here needs it, and it must never reach a client."""

    openid: str
    unionid: str = ""


class WeChatClient:
    """Calls in the name of one mini program. Every call may raise a WeChatError; Busy means that later it may work."""

    def __init__(self, app_id: str, app_secret: str, *, base: str = "") -> None:
        self.app_id, self._secret = app_id, app_secret
        self._base = (base or settings.WECHAT_API_BASE).rstrip("/")

    def __repr__(self) -> str:
        return f"<WeChatClient {self.app_id}>"

    def code2session(self, code: str) -> Session:
        """Exchange the single-use code of ``wx.login`` for who the user is.

        Raises InvalidCode, BlockedUser, RateLimited, BadCredentials, Busy or WeChatError.
        """
        if not code or len(code) > 256:
            raise error_for(40029, "no code")
        answer = self._ask(
            "GET",
            "/sns/jscode2session",
            params={"appid": self.app_id, "secret": self._secret, "js_code": code, "grant_type": "authorization_code"},
        )
        openid = answer.get("openid")
        if not isinstance(openid, str) or not openid:
            raise WeChatError("an answer without openid")
        unionid = answer.get("unionid")
        return Session(openid, unionid if isinstance(unionid, str) else "")

    def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, params: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """A call that needs the access token. A refused token is replaced once; then TokenRefused is raised."""
        token = self.access_token()
        try:
            return self._ask(method, path, body, {**(params or {}), "access_token": token})
        except TokenRefused:
            token = self.access_token(refused=token)
        return self._ask(method, path, body, {**(params or {}), "access_token": token})

    def access_token(self, refused: str = "") -> str:
        """The stable access token, shared by all processes; another one than ``refused``, if that is given."""

        def fetch() -> tuple[str, int]:
            fetched = self._stable_token(force=False)
            # WeChat gives the same token while it holds it for good; replacing it by force is allowed 20 times a day.
            return self._stable_token(force=True) if refused and fetched[0] == refused else fetched

        return tokens.shared(f"wechat:{self.app_id}", fetch, refused)

    def _stable_token(self, *, force: bool) -> tuple[str, int]:
        body = {"grant_type": "client_credential", "appid": self.app_id, "secret": self._secret, "force_refresh": force}
        try:
            answer = self._ask("POST", "/cgi-bin/stable_token", body)
        except TokenRefused as error:
            raise BadCredentials(str(error), WRONG_SECRET) from None
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            raise WeChatError("an answer without access_token")
        return token, seconds

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, params: dict[str, str] | None = None
    ) -> dict[str, Any]:
        for pause in (*PAUSES, None):
            try:
                return self._ask_once(method, path, body, params)
            except Busy:
                if pause is None:
                    raise
            time.sleep(pause)
        raise AssertionError("unreachable")

    def _ask_once(
        self, method: str, path: str, body: dict[str, Any] | None, params: dict[str, str] | None
    ) -> dict[str, Any]:
        # WeChat wants Chinese as it is, not as \u escapes.
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {} if content is None else {"Content-Type": "application/json; charset=utf-8"}
        try:
            answer = outbound.call(
                method,
                self._base + path,
                call=f"wechat.{path.rpartition('/')[2]}",
                body=content,
                headers=headers,
                params=params,
                seconds=SECONDS,
            )
        except outbound.Unanswered as trouble:
            raise Busy(str(trouble)) from None
        if answer.status >= 500 or answer.status == 429:
            raise Busy(f"{path}: HTTP {answer.status}")
        try:
            document = json.loads(answer.body)
        except (ValueError, RecursionError):
            raise Busy(f"{path}: HTTP {answer.status}, no JSON") from None
        if not isinstance(document, dict):
            raise WeChatError(f"{path}: an answer that is no object")
        code = document.get("errcode") or 0
        if not isinstance(code, int) or answer.status != 200:
            raise WeChatError(f"{path}: HTTP {answer.status}, errcode {code!r}"[:200])
        if code:
            raise error_for(code, f"{path}: {document.get('errmsg', '')}"[:300])
        return document
