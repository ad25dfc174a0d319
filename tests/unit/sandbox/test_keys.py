"""Cached things are made anew exactly when what they were made from has changed."""

from __future__ import annotations

import pytest

from sandbox import paths, templates, venv


@pytest.fixture
def tree(tmp_path):
    """A small addon."""
    for name, text in {"models/a.py": "a = 1", "tests/test_a.py": "1", "__manifest__.py": "{}"}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def key(tree):
    return templates.tree_hash(tree, templates.NOT_INSTALLED)


def test_the_key_is_stable(tree):
    assert key(tree) == key(tree)


@pytest.mark.parametrize("name", ["models/a.py", "models/b.py"])
def test_a_changed_or_new_file_changes_the_key(tree, name):
    before = key(tree)
    (tree / name).write_text("a = 2")
    assert key(tree) != before


def test_a_renamed_file_changes_the_key(tree):
    before = key(tree)
    (tree / "models/a.py").rename(tree / "models/c.py")
    assert key(tree) != before


def test_tests_and_compiled_files_do_not_change_the_key(tree):
    before = key(tree)
    (tree / "tests/test_a.py").write_text("2")
    (tree / "models/__pycache__").mkdir()
    (tree / "models/__pycache__/a.pyc").write_text("x")
    assert key(tree) == before


def test_moving_text_from_one_file_to_the_next_changes_the_key(tmp_path):
    one, two = tmp_path / "1", tmp_path / "2"
    for folder, texts in ((one, ("ab", "c")), (two, ("a", "bc"))):
        folder.mkdir()
        for name, text in zip("xy", texts):
            (folder / name).write_text(text)
    assert templates.tree_hash(one) != templates.tree_hash(two)


def test_requirements_and_interpreter_make_the_stamp(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("x==1")
    first = venv.stamp([path], "/usr/bin/python3")
    assert first == venv.stamp([path], "/usr/bin/python3")
    assert first != venv.stamp([path], "/usr/bin/python3.13")
    path.write_text("x==2")
    assert first != venv.stamp([path], "/usr/bin/python3")


def test_every_requirement_is_pinned():
    lines = [line for path in venv.REQUIREMENTS.glob("*.txt") for line in path.read_text().splitlines()]
    loose = [line for line in lines if line and not line.startswith("#") and "==" not in line]
    assert lines
    assert not loose


def test_a_closed_folder_is_not_reachable(tmp_path):
    folder = tmp_path / "closed" / "inner"
    folder.mkdir(parents=True)
    folder.parent.chmod(0o700)
    assert not paths.reachable(folder)


def test_temporary_folders_are_short_and_may_be_entered():
    folder = paths.temporary()
    try:
        assert len(str(folder / "s/.s.PGSQL.5432.lock")) < 108
        assert folder.stat().st_mode & 0o777 == 0o711
    finally:
        folder.rmdir()
