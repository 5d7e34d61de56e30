"""The mini-program server API: login codes, stable access tokens, and calls that check a token."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

from aiohttp import web

from sandbox.answering import api_answer
from sandbox.errors import ApiError, Refused
from sandbox.world import WORLD, World, provider_call, text_field

CODE_LIFE = 300
TOKEN_LIFE = 7200
# In its last five minutes a token is renewed, and the old one goes on working.
RENEW_BEFORE = 300
FORCED_APART = 30
FORCED_A_DAY = 20


def issue_login_code(world: World, content: dict[str, Any]) -> str:
    """What wx.login gives a user: single use, five minutes. The same user always has the same openid. Raises Refused."""
    appid, name = text_field(content, "appid"), text_field(content, "user")
    if world.state.one("SELECT 1 FROM apps WHERE appid = ?", appid) is None:
        raise Refused(404, "APP_UNKNOWN", f"{appid} is not registered (POST /sandbox/apps)")
    digest = hashlib.sha256(f"{appid}\n{name}".encode()).digest()
    openid = "o" + base64.urlsafe_b64encode(digest).decode()[:27]
    code = "0" + secrets.token_urlsafe(24)[:31]
    with world.state.transaction():
        world.state.run(
            "INSERT INTO users (appid, name, openid, session_key) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            appid,
            name,
            openid,
            _new_session_key(),
        )
        world.state.insert("login_codes", code=code, openid=openid, made_at=world.clock.wall())
    return code


def _new_session_key() -> str:
    return base64.b64encode(secrets.token_bytes(16)).decode()


def _check_app(world: World, appid: str, secret: str) -> None:
    if not appid:
        raise ApiError(41002)
    if not secret:
        raise ApiError(41004)
    known = world.state.value("SELECT secret FROM apps WHERE appid = ?", appid)
    if known is None:
        raise ApiError(40013)
    if not hmac.compare_digest(known.encode(), secret.encode()):
        raise ApiError(40125)


@provider_call("login")
async def code_to_session(request: web.Request) -> web.StreamResponse:
    """GET /sns/jscode2session. A success has no errcode, as the real one."""
    world, query = request.app[WORLD], request.query
    try:
        _check_app(world, query.get("appid", ""), query.get("secret", ""))
        if query.get("grant_type") != "authorization_code":
            raise ApiError(40002)
        if not query.get("js_code"):
            raise ApiError(41008)
        return api_answer(_redeem(world, query["appid"], query["js_code"]))
    except ApiError as error:
        return api_answer(error.body())


def _redeem(world: World, appid: str, code: str) -> dict[str, Any]:
    now = world.clock.wall()
    with world.state.transaction():
        row = world.state.one(
            "SELECT * FROM login_codes JOIN users USING (openid) WHERE code = ? AND appid = ?", code, appid
        )
        if row is None or row["used_at"] is not None or now >= row["made_at"] + CODE_LIFE:
            raise ApiError(40029)
        session_key = _new_session_key()
        world.state.run("UPDATE login_codes SET used_at = ? WHERE code = ?", now, code)
        world.state.run("UPDATE users SET session_key = ? WHERE openid = ?", session_key, row["openid"])
    return {"session_key": session_key, "openid": row["openid"]}


@provider_call("token")
async def stable_token(request: web.Request) -> web.StreamResponse:
    """POST /cgi-bin/stable_token."""
    world = request.app[WORLD]
    try:
        content = json.loads(await request.read())
        if not isinstance(content, dict):
            raise ApiError(47001)
        _check_app(world, str(content.get("appid") or ""), str(content.get("secret") or ""))
        if content.get("grant_type") != "client_credential":
            raise ApiError(40002)
        return api_answer(_token(world, content["appid"], content.get("force_refresh") is True))
    except ValueError:
        return api_answer(ApiError(47001).body())
    except ApiError as error:
        return api_answer(error.body())


async def not_by_get(request: web.Request) -> web.StreamResponse:
    """GET of a call that wants POST."""
    return api_answer(ApiError(43002).body())


def _token(world: World, appid: str, force: bool) -> dict[str, Any]:
    """The token in force, or a new one: at the first call, in the last five minutes, or by force."""
    now = world.clock.wall()
    with world.state.transaction():
        newest = world.state.one(
            "SELECT * FROM tokens WHERE appid = ? AND revoked = 0 ORDER BY made_at DESC, rowid DESC LIMIT 1", appid
        )
        if force:
            _check_force(world, appid, now)
            world.state.run("UPDATE tokens SET revoked = 1 WHERE appid = ?", appid)
        elif newest is not None and newest["expires_at"] - now > RENEW_BEFORE:
            return {"access_token": newest["token"], "expires_in": int(newest["expires_at"] - now)}
        token = f"{secrets.randbelow(90) + 10}_{secrets.token_urlsafe(102)}"
        world.state.insert(
            "tokens", token=token, appid=appid, made_at=now, expires_at=now + TOKEN_LIFE, forced=int(force)
        )
    return {"access_token": token, "expires_in": TOKEN_LIFE}


def _check_force(world: World, appid: str, now: float) -> None:
    """By force at most twenty times a day and thirty seconds apart."""
    sql = "SELECT count(*), max(made_at) FROM tokens WHERE appid = ? AND forced = 1 AND made_at > ?"
    count, last = world.state.all(sql, appid, now - 86400)[0]
    if count >= FORCED_A_DAY:
        raise ApiError(45009)
    if last is not None and now - last < FORCED_APART:
        raise ApiError(45011)


def check_token(world: World, token: str) -> str:
    """The app whose valid token this is. Raises ApiError: missing, unknown, replaced or expired."""
    if not token:
        raise ApiError(41001)
    row = world.state.one("SELECT * FROM tokens WHERE token = ?", token)
    if row is None or row["revoked"]:
        raise ApiError(40001)
    if world.clock.wall() >= row["expires_at"]:
        raise ApiError(42001)
    return str(row["appid"])


def spoil_token(world: World, content: dict[str, Any]) -> None:
    """Makes an app's tokens expired (42001) or no longer the latest (40001). Raises Refused."""
    appid, how = text_field(content, "appid"), content.get("action")
    if how == "expire":
        world.state.run("UPDATE tokens SET expires_at = ? WHERE appid = ?", world.clock.wall(), appid)
    elif how == "revoke":
        world.state.run("UPDATE tokens SET revoked = 1 WHERE appid = ?", appid)
    else:
        raise Refused(400, "BAD_FIELD", "action must be expire or revoke")


@provider_call("checksession")
async def check_session(request: web.Request) -> web.StreamResponse:
    """GET /wxa/checksession: whether a signature was made by the user's present session key."""
    world, query = request.app[WORLD], request.query
    try:
        appid = check_token(world, query.get("access_token", ""))
        sql = "SELECT session_key FROM users WHERE openid = ? AND appid = ?"
        session_key = world.state.value(sql, query.get("openid", ""), appid)
        if session_key is None:
            raise ApiError(40003)
        genuine = hmac.new(session_key.encode(), b"", hashlib.sha256).hexdigest()
        if query.get("sig_method") != "hmac_sha256" or not hmac.compare_digest(genuine, query.get("signature", "")):
            raise ApiError(87009)
        return api_answer({"errcode": 0, "errmsg": "ok"})
    except ApiError as error:
        return api_answer(error.body())


def routes() -> list[web.RouteDef]:
    return [
        web.get("/sns/jscode2session", code_to_session, allow_head=False),
        web.post("/cgi-bin/stable_token", stable_token),
        web.get("/cgi-bin/stable_token", not_by_get, allow_head=False),
        web.get("/wxa/checksession", check_session, allow_head=False),
    ]
