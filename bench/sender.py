"""A provider that tells of payments at a steady rate, in a process of its own: ``python -m bench.sender`` with its orders on stdin.

An open loop: each notification has its moment on a schedule and does not wait for the answers to the others, so that a server which
falls behind is seen to. Everything is signed and encrypted before the first is sent.
"""

import http.client
import json
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import django
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

if TYPE_CHECKING:
    from tests.support.pay import Platform

PATH = "/notify/wechatpay/bench/"
# So many answers may be outstanding at once.
CONNECTIONS = 24


@dataclass
class Stream:
    """Requests at ``rate`` a second, and what was answered: status and milliseconds since the moment when each was to be sent."""

    rate: float
    requests: list[tuple[bytes, dict[str, str]]]
    answers: list[tuple[int, float]] = field(default_factory=list)

    def start(self, port: int, at: float) -> list[threading.Thread]:
        threads = [
            threading.Thread(target=self._send, args=(port, at, number)) for number in range(min(CONNECTIONS, len(self.requests)))
        ]  # fmt: skip
        for thread in threads:
            thread.start()
        return threads

    def _send(self, port: int, at: float, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for turn in range(number, len(self.requests), CONNECTIONS):
            moment = at + turn / self.rate
            time.sleep(max(0.0, moment - time.monotonic()))
            body, headers = self.requests[turn]
            try:
                connection.request("POST", PATH, body, headers)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                connection.close()
                status = 0
            self.answers.append((status, (time.monotonic() - moment) * 1000))


def main() -> None:
    # The models of what the tests' provider is made of; nothing here asks the database.
    django.setup()
    from tests.support.pay import Platform

    task = json.load(sys.stdin)
    key = load_pem_private_key(task["key"].encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    genuine, forger = Platform(key), Platform(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    streams = [Stream(task["rate"], [signed(genuine, each) for each in task["transactions"]])]
    if task["forged_rate"]:
        # Signed with another key under the right name: nothing but looking at the signature tells.
        forged = [signed(forger, each) for each in task["transactions"][:50]]
        seconds = len(task["transactions"]) / task["rate"]
        count = int(task["forged_rate"] * seconds)
        streams.append(Stream(task["forged_rate"], [forged[n % len(forged)] for n in range(count)]))
    at = time.monotonic() + 0.5
    for thread in [thread for stream in streams for thread in stream.start(task["port"], at)]:
        thread.join()
    json.dump([stream.answers for stream in streams], sys.stdout)


def signed(platform: "Platform", transaction: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the notification that this payment has been made."""
    body = platform.envelope("TRANSACTION.SUCCESS", transaction)
    return body, {**platform.sign(body), "Content-Type": "application/json"}


if __name__ == "__main__":
    main()
