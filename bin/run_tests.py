"""bin/test: all checks and tests, on a machine with nothing but Python.

    bin/test                          linters, types, import contracts, migrations, then every test
    bin/test tests/orders -k expiry   only these tests; everything that pytest takes may follow
    bin/test --servers                the tests about database and broker, on PostgreSQL, Redis and RabbitMQ of this machine
    bin/test --mutants                put faults into copies of the code, and see that the tests notice each; names of some may follow
    bin/test --require-all            what is missing (browser, fonts) is an error, and so is a skipped test; the same with CI=true

Without DATABASE_URL and CELERY_BROKER_URL the tests run embedded: PostgreSQL out of a wheel under var/test, the broker in a table.
With them they use those servers. Chromium (for the tests in the browser) comes from Debian's packages where that is possible.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import environment
import servers
from environment import PROJECT, PYTHON, VENV, Failure, say

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
PACKAGES = ("chromium", "fonts-noto-cjk")


def main(arguments: list[str]) -> int:
    """Prepare, check, test; returns the exit code."""
    if {"-h", "--help"} & set(arguments):
        print(__doc__)
        return 0
    require_all = "--require-all" in arguments or os.environ.get("CI", "").lower() in ("1", "true")
    on_servers = "--servers" in arguments
    chosen = [argument for argument in arguments if argument not in ("--require-all", "--servers")]

    environment.ready("requirements-dev.txt")
    env = test_environment()
    _have_node(env)
    if environment.run(str(PYTHON), "manage.py", "compile_texts", env=env):
        return 1
    if "--mutants" in chosen:
        names = [argument for argument in chosen if argument != "--mutants"]
        return environment.run(str(PYTHON), str(PROJECT / "bin" / "run_mutants.py"), *names, env=env)
    if on_servers:
        return _test_on_servers(chosen, env, require_all)
    failed = [] if chosen else _checks(env)
    if failed:
        say(f"· Failed: {', '.join(failed)}. The tests run nevertheless; this command will have failed.")
    return _pytest([*_browser(env, require_all), *chosen], env, require_all) or len(failed)


def test_environment() -> dict[str, str]:
    """What the tests' processes need to know, besides what is set already."""
    return {
        "JISHI_EMBEDDED": "1",
        "JISHI_EMBEDDED_FSYNC": "off",
        "JISHI_VAR": os.environ.get("JISHI_VAR", str(PROJECT / "var" / "test")),
    }


def _checks(env: dict[str, str]) -> list[str]:
    """Linters, types, import contracts, migrations. Returns the names of those that failed."""
    checks = {
        "ruff": (str(VENV / "bin" / "ruff"), "check", "."),
        "formatting": (str(VENV / "bin" / "ruff"), "format", "--check", "--quiet", "."),
        "import contracts": (str(VENV / "bin" / "lint-imports"), "--no-cache"),
        "migrations": (str(PYTHON), "manage.py", "makemigrations", "--check", "--dry-run"),
        "types": (str(VENV / "bin" / "mypy"), "."),
    }
    failed = []
    for name, command in checks.items():
        with environment.step(f"Checking: {name}"):
            done = subprocess.run(
                command, cwd=PROJECT, env=environment.environment() | env, capture_output=True, text=True, check=False
            )
        if done.returncode:
            say(done.stdout + done.stderr)
            failed.append(name)
    return failed


def _pytest(arguments: list[str], env: dict[str, str], require_all: bool, processes: int = 2) -> int:
    command = [str(PYTHON), "-m", "pytest"]
    if not any(argument.startswith(("-n", "--numprocesses")) for argument in arguments):
        command += ["-n", str(processes), "--dist", "loadgroup"] if processes else []
    if require_all:
        command += ["-p", "tests.support.nothing_skipped"]
    return environment.run(*command, *arguments, env=env)


def _test_on_servers(chosen: list[str], env: dict[str, str], require_all: bool) -> int:
    """The marked tests, once for each broker."""
    database = os.environ.get("DATABASE_URL") or servers.POSTGRESQL
    brokers = (
        [os.environ["CELERY_BROKER_URL"]] if os.environ.get("CELERY_BROKER_URL") else [servers.REDIS, servers.RABBITMQ]
    )
    servers.available(database, *brokers)
    worst = 0
    for broker in brokers:
        say(f"· Testing on {_hide_password(database)} and {_hide_password(broker)}")
        urls = {"DATABASE_URL": database, "CELERY_BROKER_URL": broker}
        worst = max(worst, _pytest(["-m", "servers", *chosen], env | urls, require_all))
    return worst


def _hide_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _browser(env: dict[str, str], require_all: bool) -> list[str]:
    """Have a Chromium and Chinese characters for it. Where that cannot be: pytest's option to leave those tests out."""
    if not (_chromium() and _chinese_font()) and environment.can_install_packages():
        environment.install_packages(*PACKAGES)
    chromium = _chromium()
    missing = [
        name
        for name, there in (("Chromium", chromium), ("a font with Chinese characters", _chinese_font()))
        if not there
    ]
    if chromium:
        env["CHROMIUM"] = chromium
    if not missing:
        return []
    how = f"{' and '.join(missing)} not found; on Debian: apt-get install {' '.join(PACKAGES)}"
    if require_all:
        raise Failure(f"Nothing may be left out in this run, but {how}")
    say(f"· The tests in the browser are left out: {how}")
    return ["-m", "not browser"]


def _chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    found = [shutil.which(name) for name in ((named,) if named else CHROMIUMS)]
    return next((path for path in found if path), MAC_CHROME if Path(MAC_CHROME).exists() else None)


def _chinese_font() -> bool:
    if sys.platform == "darwin":
        return True
    if fc_list := shutil.which("fc-list"):
        return bool(subprocess.run([fc_list, ":lang=zh-cn"], capture_output=True, check=False).stdout.strip())
    return any(Path("/usr/share/fonts").rglob("*CJK*"))


def _have_node(env: dict[str, str]) -> None:
    """Node and the official compilers of mini programs, once, before several processes ask for them."""
    code = "from miniapp_templates import node; node.packages(development=True, say=lambda text: print('·', text))"
    if environment.run(str(PYTHON), "-c", code, env=env):
        raise Failure("Node or the mini program's compilers could not be installed, see above.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
