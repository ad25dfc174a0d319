"""Files with secrets: whole or not at all, closed from the first byte, and no link leads anywhere."""

from __future__ import annotations

import os
import pwd
import stat
import threading

import pytest

from pbx_agent import files
from pbx_agent.files import Owner
from sandbox.paths import temporary

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may act as somebody else")


@pytest.fixture
def nobody(tmp_path):
    """A user without rights, and a folder of his that he can reach."""
    entry = pwd.getpwnam("nobody")
    owner, folder = Owner(entry.pw_uid, entry.pw_gid), temporary("pbx-files-")
    os.chown(folder, *owner)
    yield owner, folder
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_written_with_its_rights(tmp_path):
    files.replace(tmp_path / "a", "text\n", 0o640)
    assert ((tmp_path / "a").read_text(), mode(tmp_path / "a")) == ("text\n", 0o640)


def test_it_is_closed_before_it_has_a_byte(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(files.os, "fchmod", lambda *args: seen.append(mode(tmp_path / "a.new")))
    before = os.umask(0)
    try:
        files.replace(tmp_path / "a", "secret", 0o644)
    finally:
        os.umask(before)
    assert seen == [0o600]


def test_a_reader_sees_the_old_or_the_new_text_and_never_a_part(tmp_path):
    path, texts = tmp_path / "a", ["1" * 200_000, "2" * 200_000]
    files.replace(path, texts[0], 0o600)
    stop = threading.Event()

    def write():
        while not stop.is_set():
            for text in texts:
                files.replace(path, text, 0o600)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert all(path.read_text() in texts for _ in range(100))
    finally:
        stop.set()
        writer.join()


def test_what_cannot_be_finished_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    files.replace(tmp_path / "a", "old", 0o600)

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.replace(tmp_path / "a", "new", 0o600)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "old"


def test_a_link_is_replaced_and_what_it_leads_to_stays(tmp_path):
    target = tmp_path / "target"
    target.write_text("theirs")
    for name in ("a", "a.new"):
        (tmp_path / name).symlink_to(target)
    files.replace(tmp_path / "a", "ours", 0o600)
    assert target.read_text() == "theirs"
    assert ((tmp_path / "a").read_text(), (tmp_path / "a").is_symlink()) == ("ours", False)


@pytest.mark.parametrize(
    "raw", [b"\xff\xfe\r\nb\x80", "Größe\n".encode(), "größe\n".encode("latin-1"), b"", b"a\r\n\r\n"]
)
def test_foreign_bytes_come_back_as_they_were(tmp_path, raw):
    (tmp_path / "a").write_bytes(raw)
    files.replace(tmp_path / "b", files.read(tmp_path / "a"), 0o600)
    assert (tmp_path / "b").read_bytes() == raw


def test_a_file_that_is_missing_reads_as_nothing(tmp_path):
    assert files.read(tmp_path / "a") == ""


def test_a_copy_overwrites_no_earlier_one(tmp_path):
    path = tmp_path / "a.conf"
    for text in ("first", "second", "third"):
        path.write_text(text)
        files.keep_copy(path)
    texts = {copy.name: copy.read_text() for copy in tmp_path.glob("*.bak*")}
    assert texts == {"a.conf.bak": "first", "a.conf.bak1": "second", "a.conf.bak2": "third"}


def test_a_copy_has_the_rights_of_the_file(tmp_path):
    (tmp_path / "a").touch(mode=0o600)
    assert mode(files.keep_copy(tmp_path / "a")) == 0o600


@as_root
def test_a_file_is_given_to_its_owner(nobody):
    owner, folder = nobody
    files.replace(folder / "a", "x", 0o600, owner)
    assert files.owner_of(folder / "a") == owner
    assert files.owner_of(files.keep_copy(folder / "a")) == owner


@as_root
def test_root_that_acts_as_somebody_has_his_rights_and_no_more(nobody, tmp_path):
    owner, folder = nobody
    tmp_path.chmod(0o700)
    with files.acting_as(owner):
        files.replace(folder / "a", "x", 0o600)
        with pytest.raises(PermissionError):
            files.replace(tmp_path / "a", "x", 0o600)
    assert files.owner_of(folder / "a") == owner
    assert (os.geteuid(), os.getegid()) == (0, 0)
    files.replace(tmp_path / "a", "x", 0o600)


@as_root
def test_an_error_gives_root_its_rights_back(nobody):
    with pytest.raises(ZeroDivisionError), files.acting_as(nobody[0]):
        raise ZeroDivisionError
    assert os.geteuid() == 0


def test_roots_own_things_are_roots_work():
    before = os.geteuid(), os.getgroups()
    with files.acting_as(Owner(0, 0)):
        assert (os.geteuid(), os.getgroups()) == before
