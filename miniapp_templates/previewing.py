"""A store's program, compiled for the browser: the same files as the released one, but served by the host that it talks to."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from miniapp_templates import node
from miniapp_templates.generating import GeneratingError, check_slug, configure, facts_of, write


def folder_of(slug: str) -> Path:
    """Where the compiled program of a store is. Raises GeneratingError for a slug that is no name of a folder."""
    return Path(settings.PREVIEW_DIR) / check_slug(slug)


def is_ready(slug: str) -> bool:
    """Whether the store has a compiled program."""
    return (folder_of(slug) / "program.js").is_file()


def preview(store: Any, *, say: node.Say = lambda _: None) -> dict[str, Any]:
    """Compile the store's program into ``JISHI_VAR/preview/<store>``.

    Returns the compiler's answer (findings, milliseconds, bytes). Raises GeneratingError when the program has an error, then the old
    one stays, and node.NodeMissing when it cannot be compiled here.
    """
    facts = facts_of(store, "")
    target = folder_of(facts.slug)
    target.parent.mkdir(parents=True, exist_ok=True)
    source = Path(tempfile.mkdtemp(prefix="jishi-program-"))
    try:
        write(configure(facts), source / facts.slug)
        answer: dict[str, Any] = node.run("compile.mjs", [source / facts.slug, target], say=say)
    finally:
        shutil.rmtree(source, ignore_errors=True)
    errors = [one for one in answer["findings"] if one["severity"] == "error"]
    if errors:
        first = errors[0]
        raise GeneratingError(f"{len(errors)} errors; the first: {first['file']}:{first['line']}: {first['message']}")
    return answer
