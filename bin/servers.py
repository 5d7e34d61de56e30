"""Real servers for the tests about database and broker: PostgreSQL, Redis and RabbitMQ of this machine.

Used as they are where they answer. On Debian, as root, what is missing is installed and started.
"""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import environment
from environment import Failure, say

POSTGRESQL = "postgres://postgres@127.0.0.1:5432/jishi"
REDIS = "redis://127.0.0.1:6379/0"
RABBITMQ = "amqp://guest:guest@127.0.0.1:5672//"
PORTS = {"postgres": 5432, "postgresql": 5432, "redis": 6379, "amqp": 5672}
# scheme: Debian's package, a program that shows it is installed, the service
SERVICES = {
    "postgres": ("postgresql", "pg_ctlcluster", "postgresql"),
    "redis": ("redis-server", "redis-server", "redis-server"),
    "amqp": ("rabbitmq-server", "rabbitmq-server", "rabbitmq-server"),
}


def available(*urls: str) -> None:
    """See that the server behind each URL answers; install and start it where it is missing. Ends the program otherwise."""
    for url in urls:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or PORTS.get(parts.scheme)
        if host is None or port is None:
            continue  # a socket, or a broker that is no server
        if answers(host, port):
            continue
        if host not in ("127.0.0.1", "localhost") or parts.scheme not in SERVICES:
            raise Failure(f"Nothing answers at {host}:{port}.")
        _start(parts.scheme, host, port)


def answers(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        return False
    return True


def _start(scheme: str, host: str, port: int) -> None:
    package, program, service = SERVICES[scheme]
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    if shutil.which(program, path=path) is None and not (
        environment.can_install_packages() and environment.install_packages(package)
    ):
        raise Failure(f"Nothing answers at {host}:{port}. Install and start it (Debian: apt-get install {package}).")
    if scheme == "postgres":
        _trust_local_connections()
    with environment.step(f"Starting {service}"):
        commands = [["service", service, "restart"]]
        commands += {"redis": [["redis-server", "--daemonize", "yes"]], "amqp": [["rabbitmq-server", "-detached"]]}.get(
            scheme, []
        )
        for command in commands:
            if shutil.which(command[0], path=path):
                subprocess.run(command, capture_output=True, env={**os.environ, "PATH": path}, check=False)
            if _answers_within(host, port, 60):
                return
    raise Failure(f"{service} was started and does not answer at {host}:{port}; its log says why.")


def _answers_within(host: str, port: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not answers(host, port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True


def _trust_local_connections() -> None:
    """Debian's PostgreSQL asks for a password over TCP; a server that was just installed for the tests has none."""
    rule = "host all postgres 127.0.0.1/32 trust\n"
    for rules in Path("/etc/postgresql").glob("*/main/pg_hba.conf"):
        text = rules.read_text()
        if rule not in text:
            say(f"  {rules}: local connections of postgres need no password")
            rules.write_text(rule + text)
