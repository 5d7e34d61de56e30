"""The state file: a transaction is all or nothing, and a file of another version is set aside, not misread."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sandbox.clock import Clock
from sandbox.state import State, StateTaken


def note_two_and_fail(state: State) -> None:
    with state.transaction():
        state.insert("apps", appid="wx1", secret="s")
        with state.transaction():
            state.insert("apps", appid="wx2", secret="s")
        raise RuntimeError


def test_all_or_nothing(tmp_path: Path) -> None:
    state = State(tmp_path / "s.sqlite3")
    with pytest.raises(RuntimeError):
        note_two_and_fail(state)
    assert state.all("SELECT * FROM apps") == []
    state.close()


def test_what_was_noted_is_there_again(tmp_path: Path) -> None:
    state = State(tmp_path / "s.sqlite3")
    state.note("settings", {"spelling": "old"})
    state.close()
    again = State(tmp_path / "s.sqlite3")
    assert again.recall("settings") == {"spelling": "old"}
    assert again.recall("nothing") is None
    again.close()


def test_a_file_has_one_owner(tmp_path: Path) -> None:
    state = State(tmp_path / "s.sqlite3")
    with pytest.raises(StateTaken):
        State(tmp_path / "s.sqlite3")
    state.close()
    State(tmp_path / "s.sqlite3").close()


def test_another_version_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite3"
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE apps (appid TEXT)")
        old.execute("PRAGMA user_version = 99")
    old.close()
    state = State(path)
    assert state.all("SELECT appid, secret FROM apps") == []
    state.close()
    assert path.with_name("s.sqlite3.old").exists()


def test_the_errands_clock_runs_at_its_speed_over_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = 1_000_000.0
    monkeypatch.setattr("time.time", lambda: real)
    state = State(tmp_path / "s.sqlite3")
    clock = Clock(state, speed=10)
    start = clock.errand()
    real += 5
    assert clock.errand() == start + 50
    assert clock.wall() == real
    clock.set_speed(2)
    real += 5
    assert clock.errand() == start + 60
    clock.advance(100)
    assert (clock.errand(), clock.wall()) == (start + 160, real + 100)
    # Nobody was running for ten seconds
    real += 10
    again = Clock(state)
    assert (again.speed, again.errand(), again.wall()) == (2, start + 180, real + 100)
    state.close()
