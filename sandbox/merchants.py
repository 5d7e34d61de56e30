"""Merchants and apps that the sandbox knows: their public key on this side, the platform's keys on theirs."""

from __future__ import annotations

from typing import Any

from sandbox.errors import Refused
from sandbox.signing import read_public_key
from sandbox.world import World, text_field


def register_app(world: World, content: dict[str, Any]) -> None:
    """Makes an app known, or changes its secret. Raises Refused."""
    appid, secret = text_field(content, "appid"), text_field(content, "secret")
    world.state.run(
        "INSERT INTO apps (appid, secret) VALUES (?, ?) ON CONFLICT (appid) DO UPDATE SET secret = excluded.secret",
        appid,
        secret,
    )


def register_merchant(world: World, content: dict[str, Any]) -> dict[str, str]:
    """Makes a merchant known, or changes what is known of it; the platform's public sides. Raises Refused.

    An empty api_v3_key is a merchant who has not set it yet: there are no notifications then.
    """
    mchid, serial_no = text_field(content, "mchid", most=32), text_field(content, "serial_no", most=64)
    pem = text_field(content, "public_key_pem", most=10_000)
    api_v3_key = text_field(content, "api_v3_key", default="")
    name = text_field(content, "name", default="") or mchid
    appids = content.get("appids")
    if not isinstance(appids, list) or not all(isinstance(appid, str) and appid for appid in appids):
        raise Refused(400, "BAD_FIELD", "appids must be a list of app ids")
    if len(api_v3_key.encode()) not in (0, 32):
        raise Refused(400, "BAD_FIELD", "api_v3_key must have 32 characters")
    try:
        read_public_key(pem)
    except ValueError:
        raise Refused(400, "BAD_FIELD", "public_key_pem must be an RSA public key or certificate in PEM") from None
    with world.state.transaction():
        world.state.run(
            "INSERT INTO merchants (mchid, name, serial_no, public_key_pem, api_v3_key) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (mchid) DO UPDATE SET name = excluded.name, serial_no = excluded.serial_no, "
            "public_key_pem = excluded.public_key_pem, api_v3_key = excluded.api_v3_key",
            mchid,
            name,
            serial_no,
            pem,
            api_v3_key,
        )
        world.state.run("DELETE FROM merchant_apps WHERE mchid = ?", mchid)
        for appid in set(appids):
            world.state.insert("merchant_apps", mchid=mchid, appid=appid)
    return {
        "platform_public_key_id": world.keys.public_key_id,
        "platform_public_key_pem": world.keys.public_key_pem,
        "platform_serial": world.keys.serial,
        "platform_certificate_pem": world.keys.certificate_pem,
    }


def shown(world: World) -> list[dict[str, Any]]:
    """Merchants with their apps, without keys."""
    apps: dict[str, list[str]] = {}
    for row in world.state.all("SELECT mchid, appid FROM merchant_apps ORDER BY appid"):
        apps.setdefault(row["mchid"], []).append(row["appid"])
    return [
        {
            "mchid": row["mchid"],
            "name": row["name"],
            "serial_no": row["serial_no"],
            "appids": apps.get(row["mchid"], []),
        }
        for row in world.state.all("SELECT mchid, name, serial_no FROM merchants ORDER BY mchid")
    ]
