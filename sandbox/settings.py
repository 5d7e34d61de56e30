"""What can be switched while the sandbox runs: names, allowed values, defaults. Kept over a restart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.errors import Refused
from sandbox.state import State
from sandbox.stripe import facts as stripe

BEHAVIOURS = (
    "normal",
    "lose",
    "duplicate",
    "delay",
    "reorder",
    "forge",
    "unknown_serial",
    "stale",
    "future",
    "tamper",
    "signtest",
    "wrong_apiv3_key",
    "wrong_amount",
    "wrong_currency",
    "wrong_appid",
    "wrong_mchid",
    "wrong_order",
)


def _one_of(*allowed: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return value

    return check


def _number(least: float, most: float) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise ValueError(f"a number from {least} to {most}")
        return value

    return check


def _whole(least: int, most: int) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return value

    return check


def _boolean(value: Any) -> Any:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _signer(value: Any) -> Any:
    if value in ("auto", "public_key", "certificate"):
        return value
    try:
        return _number(0, 1)(value)
    except ValueError:
        raise ValueError("auto, public_key, certificate, or the share (0 to 1) signed by the public key") from None


def check_plan(value: Any) -> dict[str, Any]:
    """A notification plan: a behaviour's name, or {"behaviour": ..., its options}. ValueError says what is allowed."""
    plan = {"behaviour": value} if isinstance(value, str) else value
    if not isinstance(plan, dict) or plan.get("behaviour") not in BEHAVIOURS:
        raise ValueError(f"a behaviour ({', '.join(BEHAVIOURS)}) or an object with it")
    options: dict[str, Callable[[Any], Any]] = {
        "behaviour": str,
        "count": _whole(1, 100_000),
        "times": _whole(1, 200),
        "attempts": _whole(1, 16),
        "delay": _number(0, 10_000_000),
        "seconds": _number(-10_000_000, 10_000_000),
        "event": _one_of(
            "TRANSACTION.SUCCESS", "REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED", *stripe.EVENT_TYPES
        ),
    }
    for name, given in plan.items():
        if name not in options:
            raise ValueError(f"{name} is not an option of a plan; {', '.join(options)} are")
        options[name](given)
    return plan


CHECKS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    # How the notifications go for which no plan was given.
    "notify": ({"behaviour": "normal"}, check_plan),
    # auto: the key that the merchant named in its last request.
    "notify_signer": ("auto", _signer),
    # strict: https, a public host, no port; as WeChat Pay asks.
    "notify_urls": ("any", _one_of("any", "strict")),
    "spelling": ("new", _one_of("new", "old")),
    "certificates": ("ok", _one_of("ok", "empty", "absent")),
    "close_unknown": ("204", _one_of("204", "404")),
    "refuse_emoji": (True, _boolean),
    "refund": (
        "success",
        _one_of("success", "abnormal", "closed", "hold", "not_enough", "user_account_abnormal"),
    ),
    # Seconds between two refunds of one order, as an older page of the documentation asks; 0: none.
    "refund_spacing": (0, _number(0, 86_400)),
    # How Stripe's go: succeeded at once; pending and then succeeded or failed; pending until settled.
    "stripe_refund": ("success", _one_of("success", "pending", "failed", "hold")),
    # How long a payment is in process at Stripe before it succeeds.
    "stripe_processing_seconds": (0, _number(0, 10_000_000)),
    "refund_seconds": (10, _number(0, 10_000_000)),
    # Percent of a payment that WeChat Pay keeps.
    "fee_rate": (0.6, _number(0, 10)),
    # When a payment's money is the merchant's: at once, or when its shipping was reported.
    "settle": ("at_once", _one_of("at_once", "shipped")),
    # ready: all days that are over. at_ten: yesterday's from ten in the morning, Beijing. creating: none.
    "bills": ("ready", _one_of("ready", "at_ten", "creating")),
    # The status of NO_STATEMENT_EXIST.
    "no_bill": ("400", _one_of("400", "404")),
    "parcel_seconds": (60, _number(0.1, 10_000_000)),
}


class Settings:
    def __init__(self, state: State) -> None:
        self._state = state
        self._changed: dict[str, Any] = state.recall("settings") or {}

    def __getitem__(self, name: str) -> Any:
        return self._changed.get(name, CHECKS[name][0])

    def change(self, values: dict[str, Any]) -> None:
        """Changes all of them or none. Raises Refused naming the setting and what is allowed."""
        checked = {}
        for name, value in values.items():
            if name not in CHECKS:
                raise Refused(400, "UNKNOWN_SETTING", f"{name}: there are speed, {', '.join(CHECKS)}")
            try:
                checked[name] = CHECKS[name][1](value)
            except ValueError as error:
                raise Refused(400, "BAD_SETTING", f"{name}: {error}") from None
        self._changed |= checked
        self._state.note("settings", self._changed)

    def reset(self) -> None:
        self._changed = {}
        self._state.note("settings", {})

    def shown(self) -> dict[str, Any]:
        return {name: self[name] for name in CHECKS}
