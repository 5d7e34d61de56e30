"""bin/demo: the demo store on this machine, from nothing but Python 3.11+ and a package index.

    bin/demo                start it (the first time everything is installed and filled in; afterwards it takes seconds)
    bin/demo --reset        start afresh: deletes the demo's database, pictures and generated mini program first
    bin/demo --port 9000    serve at another port (default 8000; if that is in use, the next free one)

    --sandbox-port N        port of the sandbox that plays WeChat (default 8090; if in use, the next free one)
    --host ADDRESS          serve at another address than 127.0.0.1
    --speed N               how many times as fast the sandbox's errands run: parcels travel, notifications are repeated
    --yes                   with --reset: do not ask

Ctrl-C stops everything. Nothing is installed outside this folder: the environment is .venv, the data are under var (JISHI_VAR).
(As root, PostgreSQL cannot run from a closed folder such as /root; its data are then under /var/lib/jishi, and that is said.)
"""

import argparse
import fcntl
import os
import shutil
import sys
from pathlib import Path

import environment
from environment import PROJECT, PYTHON, Failure, say

VAR = Path(os.environ.get("JISHI_VAR") or PROJECT / "var").resolve()
# The tests keep theirs there, and it is none of the demo's.
KEPT = "test"


def main() -> None:
    """Prepare, and hand over to ``manage.py up --demo``."""
    if {"-h", "--help"} & set(sys.argv[1:]):
        print(__doc__)
        return
    parser = argparse.ArgumentParser(prog="bin/demo", add_help=False)
    parser.add_argument("--reset", action="store_true")
    parser.add_argument("--yes", action="store_true")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--sandbox-port", type=int, default=8090)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--speed", type=float, default=1.0)
    options = parser.parse_args()

    environment.ready("requirements.txt")
    if options.reset:
        reset(options.yes)
    say(
        "· Starting the demo"
        + ("" if (VAR / "demo.json").exists() else "; the first time the store is filled in, which takes a minute")
    )
    command = [
        *(str(PYTHON), "manage.py", "up", "--demo", "--host", options.host, "--web-port", str(options.port)),
        *("--sandbox-port", str(options.sandbox_port), "--speed", str(options.speed)),
    ]
    os.chdir(PROJECT)
    os.execve(command[0], command, environment.environment() | {"JISHI_VAR": str(VAR)})


def reset(sure: bool) -> None:
    """Delete what the demo made; asks first where somebody can answer."""
    if _is_running():
        raise Failure("The demo is running. Stop it (Ctrl-C) before starting afresh.")
    doomed = sorted(path for path in VAR.glob("*") if path.name != KEPT)
    if not doomed:
        say("· There is nothing to reset")
        return
    say(f"· Starting afresh deletes, under {VAR}: {', '.join(path.name for path in doomed)}")
    if not sure and sys.stdin.isatty() and input("  Go on? [y/N] ").strip().lower() not in ("y", "yes"):
        raise Failure("Nothing was deleted.")
    # The server first: its data may lie elsewhere, and must not be pulled away from under it.
    if environment.run(str(PYTHON), "-I", "config/embedded.py", "remove", str(VAR)):
        raise Failure("The database could not be deleted; see above.")
    for path in doomed:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _is_running() -> bool:
    """Whether a supervisor holds this installation's lock."""
    lock = VAR / "up.lock"
    if not lock.exists():
        return False
    with lock.open() as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


if __name__ == "__main__":
    main()
