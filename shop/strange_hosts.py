"""Talking to a host that a stranger named, without becoming a door into the network this runs in.

The name is resolved once; every address it has must be a public one; the connection then goes to that very address, so that a second
answer of the name server changes nothing. Redirects are never followed here.
"""

import ipaddress
import socket
from collections.abc import Collection
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter

from core.outbound import never_in_transaction

PORTS = {"http": 80, "https": 443}
CONNECT_SECONDS = 3.0
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotReached(ValueError):
    """Nothing is sent to this address, or nothing usable comes from it; the message says why."""


def send(
    method: str,
    url: str,
    *,
    seconds: float,
    schemes: Collection[str] = ("http", "https"),
    trusted_hosts: Collection[str] = (),
    headers: dict[str, str],
    body: bytes | None = None,
) -> requests.Response:
    """One request; the answer's body is still to be read, and to be closed. ``seconds`` bound each step of it.

    ``trusted_hosts`` are asked wherever they are, at any port and over plain http. Raises NotReached, and RuntimeError inside a
    transaction.
    """
    never_in_transaction("a strange host is asked")
    parts = check(url, schemes=schemes, trusted_hosts=trusted_hosts)
    session = requests.Session()
    session.trust_env = False
    if parts.hostname not in trusted_hosts:
        host = str(parts.hostname)
        session.mount(f"{parts.scheme}://", _Pinned(host, _public_address(host, PORTS[parts.scheme])))
    try:
        return session.request(
            method, url, data=body, headers=headers, timeout=(min(CONNECT_SECONDS, seconds), seconds),
            allow_redirects=False, stream=True,
        )  # fmt: skip
    except requests.RequestException as error:
        raise NotReached(_("The address does not answer.")) from error


def check(
    url: str, *, schemes: Collection[str] = ("http", "https"), trusted_hosts: Collection[str] = ()
) -> SplitResult:
    """The parts of an address that may be asked, as far as its text tells. Raises NotReached."""
    wrong = NotReached(
        _("Only https addresses are taken.")
        if "http" not in schemes
        else _("Only http and https addresses are fetched.")
    )
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        raise wrong from None
    if parts.scheme not in PORTS or not parts.hostname or parts.username or parts.password:
        raise wrong
    if parts.hostname in trusted_hosts:
        return parts
    if parts.scheme not in schemes:
        raise wrong
    if port not in PORTS.values():
        raise NotReached(_("Only the usual ports are asked."))
    return parts


def _public_address(host: str, port: int) -> str:
    """The address to connect to. Raises NotReached unless every address of the name is a public one."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise NotReached(_("There is no such host.")) from None
    for text in found:
        address = ipaddress.ip_address(str(text).partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
        if not mapped.is_global or mapped.is_multicast or not address.is_global or address in _NAT64:
            raise NotReached(_("This address is not a public one."))
    return str(sorted(map(str, found))[0])


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
