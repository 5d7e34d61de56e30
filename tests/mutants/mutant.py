"""A mutant: the project with one fault put in on purpose. A test that does not fail on it does not see that fault."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutant:
    """One fault. ``harm`` says what goes wrong in the world; ``tests`` are the fewest that must fail on it.

    It is a patch of the source and not of the running process, so that workers and servers which a test starts have the fault too.
    """

    name: str
    harm: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def applied_to(self, source: str) -> str:
        """The source of ``file`` with the fault. Raises ValueError unless what it replaces is there exactly once."""
        found = source.count(self.old)
        if found != 1:
            raise ValueError(f"{self.name}: what it replaces is in {self.file} {found} times")
        return source.replace(self.old, self.new)

    def apply(self, project: Path) -> None:
        """Put the fault into a copy of the project."""
        path = project / self.file
        path.write_text(self.applied_to(path.read_text()))
