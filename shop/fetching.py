"""Fetching what a stranger's file names by its address.

``shop.strange_hosts`` sees to it that nothing inside the network is asked. Redirects are followed by hand, each checked like the
first. Size and time are bounded.
"""

import time
from urllib.parse import urljoin

import requests
from django.utils.translation import gettext as _

from shop import strange_hosts
from shop.strange_hosts import NotReached

SECONDS = 10.0
REDIRECTS = 3
_HEADERS = {"User-Agent": "Jishi/1 (product import)"}


def fetch(url: str, *, limit: int) -> bytes:
    """The body found at the address, ``limit`` bytes at most. Raises NotReached."""
    deadline = time.monotonic() + SECONDS
    for _hop in range(REDIRECTS + 1):
        answer = strange_hosts.send("GET", url, seconds=max(0.1, deadline - time.monotonic()), headers=_HEADERS)
        with answer:
            if answer.is_redirect:
                url = urljoin(url, answer.headers["Location"])
                continue
            if answer.status_code != 200:
                raise NotReached(_("The address answers %(status)d.") % {"status": answer.status_code})
            return _read(answer, limit, deadline)
    raise NotReached(_("The address redirects too often."))


def _read(answer: requests.Response, limit: int, deadline: float) -> bytes:
    content = bytearray()
    try:
        for chunk in answer.iter_content(64 * 1024):
            content += chunk
            if len(content) > limit:
                raise NotReached(_("What is there is too large."))
            if time.monotonic() > deadline:
                raise NotReached(_("The address answers too slowly."))
    except requests.RequestException as error:
        raise NotReached(_("The address stopped in the middle.")) from error
    return bytes(content)
