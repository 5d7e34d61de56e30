"""The signature of Stripe's webhooks: HMAC-SHA256 over moment and raw body, one for each secret of the endpoint that is live.

``Stripe-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>…]``; the key is the whole secret, ``whsec_`` included. Nothing here knows of the
network or the database.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

# Stripe's libraries refuse what is older. Here what claims to be from later is refused as well: it would be good for a replay until then.
TOLERANCE = timedelta(minutes=5)
HEADER = "Stripe-Signature"
_LONGEST = 2048
_TIME = re.compile(r"[0-9]{1,12}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Unverified(Exception):
    """What claims to come from Stripe cannot be taken for it. The text says what is wrong and repeats nothing of it."""


@dataclass(frozen=True)
class Seal:
    """The signature header of a webhook. ``written`` is its moment, letter by letter as it was signed."""

    written: str
    signatures: tuple[str, ...]

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "Seal":
        """Read the header. Raises Unverified when it is missing, or not one moment and at least one v1 signature."""
        header = {name.lower(): value for name, value in headers.items()}.get(HEADER.lower(), "")
        if not header or len(header) > _LONGEST:
            raise Unverified(f"no {HEADER}")
        parts = [part.partition("=") for part in header.split(",")]
        moments = [value for name, _, value in parts if name == "t"]
        signatures = tuple(value for name, _, value in parts if name == "v1")
        if len(moments) != 1 or not _TIME.fullmatch(moments[0]):
            raise Unverified(f"{HEADER} names no moment, or several")
        if not signatures or not all(_DIGEST.fullmatch(value) for value in signatures):
            raise Unverified(f"{HEADER} holds no v1 signature, or an odd one")
        return cls(moments[0], signatures)

    def check_time(self, now: datetime) -> None:
        """Raises Unverified when it was made more than five minutes before or after ``now``: a replay, or a clock that is wrong."""
        if abs(now.timestamp() - int(self.written)) > TOLERANCE.total_seconds():
            raise Unverified("made more than five minutes ago, or later than now")

    def check(self, secrets: Iterable[str], body: bytes) -> None:
        """Raises Unverified unless one of the secrets signed this body. Takes as long whichever it was."""
        fits = False
        for secret in secrets:
            expected = sign(secret, self.written, body)
            for signature in self.signatures:
                fits |= hmac.compare_digest(expected, signature)
        if not fits:
            raise Unverified("the signature is wrong")


def sign(secret: str, written: str, body: bytes) -> str:
    """The v1 signature of a body at that moment."""
    return hmac.new(secret.encode(), written.encode() + b"." + body, hashlib.sha256).hexdigest()
