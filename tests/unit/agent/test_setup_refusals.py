"""`pbx-agent setup` where something is wrong: nothing is changed, no link leads anywhere, files stay whose they are."""

from __future__ import annotations

import os
import pwd
import shutil

import pytest

from pbx_agent import setup
from pbx_agent.files import Owner
from pbx_agent.setup import asterisk_conf, service
from pbx_agent.setup.asterisk_user import asterisk_user
from tests.unit.agent import pbx_folder
from tests.unit.agent.pbx_folder import NOBODY, as_root, mode

key, others, pbx = pbx_folder.key, pbx_folder.others, pbx_folder.pbx  # fixtures


# -- what is wrong, and leaves everything as it was --------------------------------------------------------------------


@pytest.mark.parametrize("url", ["odoo.example", "https://odoo.example/web", "https://me:secret@odoo.example"])
def test_a_wrong_address_changes_nothing(pbx, capsys, url):
    before = pbx.everything()
    assert pbx.setup(url=url) == 2
    assert pbx.everything() == before
    assert "url" in capsys.readouterr().err


def test_no_address_at_all_changes_nothing(pbx, capsys):
    before = pbx.everything()
    assert pbx.setup(url=None) == 2
    assert pbx.everything() == before
    assert "--odoo" in capsys.readouterr().err


def test_no_key_changes_nothing(pbx, capsys, monkeypatch):
    monkeypatch.delenv(setup.KEY_VARIABLE)
    before = pbx.everything()
    assert pbx.setup() == 2
    assert pbx.everything() == before
    assert "no key" in capsys.readouterr().err


def test_a_folder_that_is_no_asterisks_changes_nothing(pbx, capsys, tmp_path):
    pbx.etc = tmp_path / "agent"
    assert pbx.setup() == 2
    assert "--asterisk-etc" in capsys.readouterr().err
    assert not pbx.conf.exists()


@as_root
def test_a_folder_that_may_not_be_written_changes_nothing(others, capsys):
    others.etc.chmod(0o555)
    before = others.everything()
    assert others.setup() == 2
    assert others.everything() == before
    assert "Permission denied" in capsys.readouterr().err


def test_a_configuration_that_cannot_be_written_changes_nothing(pbx, capsys):
    pbx.conf.parent.write_text("a file where a folder should be")
    before = pbx.everything()
    assert pbx.setup() == 2
    assert pbx.everything() == before


# -- links -------------------------------------------------------------------------------------------------------------


def test_our_folder_is_no_link(pbx, tmp_path, capsys):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (pbx.etc / "odoo").symlink_to(elsewhere)
    assert pbx.setup() == 2
    assert not list(elsewhere.iterdir())
    assert "link" in capsys.readouterr().err


def test_a_link_in_place_of_our_file_is_replaced(pbx, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("theirs")
    (pbx.etc / "odoo").mkdir()
    (pbx.etc / "odoo" / "extensions.conf").symlink_to(victim)
    assert pbx.setup() == 0
    assert victim.read_text() == "theirs"
    assert not (pbx.etc / "odoo" / "extensions.conf").is_symlink()


def test_a_linked_file_is_changed_where_it_lies(pbx, tmp_path):
    """As admins do who keep their configuration in a repository."""
    real = tmp_path / "repository.conf"
    (pbx.etc / "manager.conf").rename(real)
    (pbx.etc / "manager.conf").symlink_to(real)
    assert pbx.setup() == 0
    assert (pbx.etc / "manager.conf").is_symlink()
    assert "#include odoo/manager.conf" in real.read_text()


@as_root
@pytest.mark.parametrize("name", ["manager.conf", "extensions.conf"])
def test_asterisks_user_cannot_lead_root_to_a_file_of_others(others, tmp_path, name):
    """He owns the folder, so he can put a link there at any moment."""
    victim = others.root / "shadow"
    victim.write_text("root:x\n")
    victim.chmod(0o600)
    (others.etc / name).unlink()
    (others.etc / name).symlink_to(victim)
    assert others.setup() == 2
    assert (victim.read_text(), mode(victim), victim.stat().st_uid) == ("root:x\n", 0o600, 0)
    assert {path.name for path in others.root.iterdir()} <= {"etc", "shadow", "agent", "state"}


@as_root
def test_asterisks_user_cannot_lead_root_into_a_folder_of_others(others, monkeypatch):
    """The link comes after our look at it."""
    victim = others.root / "victim"
    victim.mkdir(mode=0o755)
    others.setup()
    shutil.rmtree(others.etc / "odoo")
    monkeypatch.setattr(asterisk_conf.Path, "is_symlink", lambda path: False)
    (others.etc / "odoo").symlink_to(victim)
    assert others.setup() == 2
    assert not list(victim.iterdir())


# -- whose the files are -----------------------------------------------------------------------------------------------


@as_root
def test_in_asterisks_own_folder_all_is_asterisks(others):
    assert others.setup() == 0
    for name in ("odoo", "odoo/manager.conf", "odoo/extensions.conf", "manager.conf", "manager.conf.bak"):
        assert ((others.etc / name).stat().st_uid, name) == (NOBODY.user, name)
    assert others.conf.stat().st_uid == 0


@as_root
@pytest.mark.parametrize(
    "folder, manager, expected",
    [
        (NOBODY, NOBODY, NOBODY),
        (Owner(0, 0), NOBODY, NOBODY),
        (Owner(0, NOBODY.group), Owner(0, 0), Owner(0, NOBODY.group)),
        (Owner(0, 0), Owner(0, NOBODY.group), Owner(0, NOBODY.group)),
    ],
)
def test_who_asterisk_is_tells_its_configuration(pbx, folder, manager, expected):
    os.chown(pbx.etc, *folder)
    os.chown(pbx.etc / "manager.conf", *manager)
    assert asterisk_user(pbx.etc) == expected


@as_root
@pytest.mark.parametrize("text", ["[options]\nrunuser = nobody\n", "[options]\nrungroup => nogroup ; as installed\n"])
def test_where_all_is_roots_asterisk_conf_tells_who_asterisk_is(pbx, text):
    (pbx.etc / "asterisk.conf").write_text(text)
    pbx.setup()
    assert (pbx.etc / "odoo/manager.conf").stat().st_gid == NOBODY.group
    assert (pbx.etc / "odoo").stat().st_gid == NOBODY.group


@as_root
def test_the_agents_user_gets_its_files_also_later(pbx, monkeypatch):
    assert pbx.setup() == 0
    (pbx.root / "state" / "spool.sqlite").touch()
    monkeypatch.setattr(service, "USER", "nobody")
    assert pbx.setup() == 0
    for path in (pbx.conf, pbx.root / "state", pbx.root / "state" / "spool.sqlite"):
        assert path.stat().st_uid == NOBODY.user
    assert mode(pbx.conf) == 0o600


@as_root
def test_a_configuration_of_another_user_stays_his(pbx, monkeypatch):
    assert pbx.setup("--user", "daemon") == 0
    monkeypatch.setattr(service, "USER", "nobody")
    assert pbx.setup() == 0
    assert pbx.conf.stat().st_uid == pwd.getpwnam("daemon").pw_uid


def test_a_user_that_does_not_exist_is_told_how_to_be_made(pbx, capsys):
    before = pbx.everything()
    assert pbx.setup("--user", "no-such-user") == 2
    assert "useradd --system" in capsys.readouterr().err
    assert pbx.everything() == before
