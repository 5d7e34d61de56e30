"""Fetching what a stranger's file names by its address, without becoming a door into the network this runs in.

The name is resolved once; every address it has must be a public one; the connection then goes to that very address, so that a second
answer of the name server changes nothing. Redirects are followed by hand, each checked like the first. Size and time are bounded.
"""

import ipaddress
import socket
import time
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter

SECONDS = 10.0
REDIRECTS = 3
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_USER_AGENT = "Jishi/1 (product import)"


class NotFetched(ValueError):
    """This address gives nothing that we take; the message says why."""


def fetch(url: str, *, limit: int) -> bytes:
    """The body found at the address, ``limit`` bytes at most. Raises NotFetched."""
    deadline = time.monotonic() + SECONDS
    for _hop in range(REDIRECTS + 1):
        answer = _ask(url, deadline)
        with answer:
            if answer.is_redirect:
                url = urljoin(url, answer.headers["Location"])
                continue
            if answer.status_code != 200:
                raise NotFetched(_("The address answers %(status)d.") % {"status": answer.status_code})
            return _read(answer, limit, deadline)
    raise NotFetched(_("The address redirects too often."))


def _ask(url: str, deadline: float) -> requests.Response:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise NotFetched(_("Only http and https addresses are fetched."))
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise NotFetched(_("Only http and https addresses are fetched.")) from None
    if port not in (80, 443):
        raise NotFetched(_("Only the usual ports are asked."))
    address = _public_address(parts.hostname, port)
    session = requests.Session()
    session.trust_env = False
    session.mount(f"{parts.scheme}://", _Pinned(parts.hostname, address))
    left = max(0.1, deadline - time.monotonic())
    try:
        return session.get(
            url, timeout=(min(3.0, left), left), allow_redirects=False, stream=True, headers={"User-Agent": _USER_AGENT}
        )
    except requests.RequestException as error:
        raise NotFetched(_("The address does not answer.")) from error


def _public_address(host: str, port: int) -> str:
    """The address to connect to. Raises NotFetched unless every address of the name is a public one."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise NotFetched(_("There is no such host.")) from None
    for text in found:
        address = ipaddress.ip_address(str(text).partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
        if not mapped.is_global or mapped.is_multicast or not address.is_global or address in _NAT64:
            raise NotFetched(_("This address is not a public one."))
    return str(sorted(map(str, found))[0])


def _read(answer: requests.Response, limit: int, deadline: float) -> bytes:
    content = bytearray()
    try:
        for chunk in answer.iter_content(64 * 1024):
            content += chunk
            if len(content) > limit:
                raise NotFetched(_("What is there is too large."))
            if time.monotonic() > deadline:
                raise NotFetched(_("The address answers too slowly."))
    except requests.RequestException as error:
        raise NotFetched(_("The address stopped in the middle.")) from error
    return bytes(content)


class _Pinned(HTTPAdapter):
    """Connects to the one address that was checked; name, certificate and Host header stay those of the URL."""

    def __init__(self, host: str, address: str) -> None:
        self._host, self._address = host, address
        super().__init__(max_retries=0)

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        parameters: Any = super().build_connection_pool_key_attributes(request, verify, cert)
        host_parameters, pool_parameters = parameters
        if host_parameters["scheme"] == "https":
            pool_parameters |= {"assert_hostname": self._host, "server_hostname": self._host}
        return host_parameters | {"host": self._address}, pool_parameters

    def add_headers(self, request: Any, **kwargs: Any) -> None:
        request.headers["Host"] = urlsplit(request.url).netloc
