"""What the source says of places where a process may die, read from its syntax trees."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "shop", "orders", "payments", "dashboards")
# Whatever moves money.
MONEY = ("payments", "orders/placing.py", "orders/paying.py", "orders/closing.py")
_WORD = re.compile(r"[a-z_]+")


def modules(*where: str) -> Iterator[tuple[str, ast.Module]]:
    """Path and tree of every module there; migrations do not count."""
    for place in where:
        path = PROJECT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if "migrations" not in file.parts:
                yield file.relative_to(PROJECT).as_posix(), ast.parse(file.read_text())


def steps() -> set[str]:
    """The names of all commits that have one. Raises AssertionError for a name that is not written out."""
    found = set()
    for path, tree in modules(*ROOMS):
        for call in _calls(tree):
            if _called(call) == "step":
                [name] = call.args
                assert isinstance(name, ast.Constant), f"{path}:{call.lineno}: write the step's name out"
                found.add(str(name.value))
    return found


def provider_calls() -> set[str]:
    """The names of all calls to providers that the payments room makes: ``wechatpay.refund``.

    A client writes ``call=f"wechatpay.{…}"`` once; its kinds of calls are the words with which its own functions are called first.
    """
    found = set()
    for path, tree in modules("payments"):
        for call in _calls(tree):
            for name in (keyword.value for keyword in call.keywords if keyword.arg == "call"):
                names = {str(name.value)} if isinstance(name, ast.Constant) else _kinds(name, tree)
                assert names, f"{path}:{call.lineno}: what is called cannot be told"
                found |= names
    return found


def _kinds(name: ast.expr, tree: ast.Module) -> set[str]:
    if not isinstance(name, ast.JoinedStr) or not isinstance(name.values[0], ast.Constant):
        return set()
    prefix = str(name.values[0].value)
    first = [call.args[0] for call in _calls(tree) if call.args and _called(call).startswith("_")]
    words = {str(word.value) for word in first if isinstance(word, ast.Constant)}
    return {prefix + word for word in words if _WORD.fullmatch(word)}


def transactions() -> set[tuple[str, str]]:
    """Where the money path opens a transaction that is no step: module and function."""
    found = set()
    for path, tree in modules(*MONEY):
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Attribute | ast.Name) and _name(node) == "atomic":
                        found.add((path, function.name))
    return found


def _calls(tree: ast.Module) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _called(call: ast.Call) -> str:
    return _name(call.func) if isinstance(call.func, ast.Attribute | ast.Name) else ""


def _name(node: ast.Attribute | ast.Name) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id
