"""`python -m sandbox --port 8090 --state var/sandbox.sqlite3 [--speed 60]`."""

from __future__ import annotations

import argparse
import logging
import sqlite3
import sys
from pathlib import Path

from aiohttp import web

from sandbox.app import build
from sandbox.clock import Clock
from sandbox.settings import Settings
from sandbox.signing import platform_keys
from sandbox.state import State, StateTaken
from sandbox.world import World, is_loopback


def main() -> int:
    parser = argparse.ArgumentParser(prog="sandbox", description="Plays WeChat, WeChat Pay v3, Stripe and a carrier.")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address (default 127.0.0.1)")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="SQLite file, made when it is not there")
    parser.add_argument("--speed", type=float, help="how many times as fast errands run; default: as the last time")
    options = parser.parse_args()
    if not is_loopback(options.host):
        parser.error(f"--host {options.host}: the sandbox binds to loopback addresses alone")
    if options.speed is not None and not 0 < options.speed <= 1e6:
        parser.error("--speed must be more than 0 and at most 1000000")
    logging.basicConfig(stream=sys.stdout, level=logging.WARNING, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    log = logging.getLogger("sandbox")
    log.setLevel(logging.INFO)
    try:
        state = State(options.state)
    except StateTaken as taken:
        print(f"sandbox: {taken}", file=sys.stderr)
        return 2
    except (OSError, sqlite3.Error) as error:
        print(f"sandbox: cannot use {options.state}: {error}", file=sys.stderr)
        return 2
    world = World(state, Clock(state, options.speed), Settings(state), platform_keys(state), log)
    log.info("sandbox     http://%s:%d  speed %g", options.host, options.port, world.clock.speed)
    try:
        web.run_app(
            build(world),
            host=options.host,
            port=options.port,
            access_log=None,
            print=lambda *_: None,
            shutdown_timeout=1.0,
            # Many shoppers at once must not be refused by a short queue.
            backlog=1024,
        )
    except OSError as error:
        print(f"sandbox: cannot listen on {options.host}:{options.port}: {error.strerror}", file=sys.stderr)
        return 2
    finally:
        state.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
