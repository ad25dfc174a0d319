"""`pbx-agent setup` on folders as PBXs have them: what it writes, what it leaves alone, what it says."""

from __future__ import annotations

import re

import pytest

from pbx_agent.setup import asterisk_conf
from tests.unit.agent import pbx_folder
from tests.unit.agent.pbx_folder import FREEPBX, PLAIN, Pbx, mode

key, pbx = pbx_folder.key, pbx_folder.pbx  # fixtures


# -- a plain Asterisk --------------------------------------------------------------------------------------------------


def test_asterisk_gets_a_user_and_a_context_and_the_agent_its_configuration(pbx, capsys):
    assert pbx.setup() == 0
    assert f"secret={pbx.loaded.secret}\n" in pbx.text("odoo/manager.conf")
    assert "[odoo-dial]" in pbx.text("odoo/extensions.conf")
    assert pbx.text("manager.conf") == (
        PLAIN["manager.conf"] + "; click-to-call and popups: see odoo/manager.conf\n#include odoo/manager.conf\n"
    )
    assert pbx.text("extensions.conf").endswith("#include odoo/extensions.conf\n")
    assert (pbx.loaded.url, pbx.loaded.key, pbx.loaded.port) == ("https://odoo.example", "the-key", 5039)
    said = capsys.readouterr().out
    assert "TO DO" not in said
    assert 'asterisk -rx "manager reload"' in said and "pbx-agent doctor" in said


def test_nobody_but_asterisk_and_the_agent_can_read_the_secret(pbx):
    pbx.setup()
    assert mode(pbx.conf) == 0o600
    assert (mode(pbx.etc / "odoo"), mode(pbx.etc / "odoo" / "manager.conf")) == (0o750, 0o640)
    assert mode(pbx.root / "state") == 0o700


def test_every_secret_is_another_one_and_long(tmp_path):
    secrets = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        one = Pbx(tmp_path / name)
        one.setup()
        secrets.add(one.loaded.secret)
    assert len(secrets) == 2 and min(map(len, secrets)) >= 32


def test_neither_key_nor_secret_is_said(pbx, capsys):
    pbx.setup()
    said = "".join(capsys.readouterr())
    assert "the-key" not in said and pbx.loaded.secret not in said


def test_the_key_is_no_argument(pbx, capsys):
    with pytest.raises(SystemExit):
        pbx.setup("--key", "abc")
    assert not pbx.conf.exists()


def test_a_second_time_changes_nothing(pbx, capsys):
    pbx.setup()
    before = pbx.everything()
    capsys.readouterr()
    assert pbx.setup() == 0
    assert pbx.everything() == before
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if str(pbx.root) in line] == ["unchanged"] * 5


def test_what_is_changed_is_kept(pbx):
    pbx.setup()
    assert pbx.text("manager.conf.bak") == PLAIN["manager.conf"]
    assert pbx.text("extensions.conf.bak") == PLAIN["extensions.conf"]


def test_the_first_copy_is_never_overwritten(pbx):
    pbx.setup()
    (pbx.etc / "manager.conf").write_text("[general]\nenabled = yes\n")
    pbx.setup()
    assert pbx.text("manager.conf.bak") == PLAIN["manager.conf"]
    assert pbx.text("manager.conf.bak1") == "[general]\nenabled = yes\n"


def test_what_somebody_changed_in_our_file_comes_back_and_his_text_is_kept(pbx):
    pbx.setup()
    right = pbx.text("odoo/manager.conf")
    (pbx.etc / "odoo/manager.conf").write_text(right.replace("write=call", "write=system,command,call"))
    pbx.setup()
    assert pbx.text("odoo/manager.conf") == right
    assert "write=system" in pbx.text("odoo/manager.conf.bak")


def test_rights_that_became_too_wide_are_mended(pbx):
    pbx.setup()
    for path in (pbx.conf, pbx.etc / "odoo/manager.conf"):
        path.chmod(0o666)
    assert pbx.setup() == 0
    assert (mode(pbx.conf), mode(pbx.etc / "odoo/manager.conf")) == (0o600, 0o640)


def test_line_ends_of_windows_and_foreign_bytes_stay(pbx):
    raw = b"; Gr\xf6\xdfe\r\n[general]\r\nenabled = yes\r\n"
    (pbx.etc / "manager.conf").write_bytes(raw)
    pbx.setup()
    changed = (pbx.etc / "manager.conf").read_bytes()
    assert changed.startswith(raw)
    assert b"\n" not in changed.replace(b"\r\n", b"")
    before = pbx.everything()
    pbx.setup()
    assert pbx.everything() == before


def test_a_last_line_without_its_end_is_ended_first(pbx):
    (pbx.etc / "manager.conf").write_text("[general]\nenabled = yes")
    pbx.setup()
    assert pbx.text("manager.conf").startswith("[general]\nenabled = yes\n; click")


@pytest.mark.parametrize(
    "line",
    [
        "#include odoo/manager.conf",
        '#include "odoo/manager.conf" ; ours',
        "  #tryinclude odoo/manager.conf",
        "{absolute}",
    ],
)
def test_an_include_line_of_any_form_is_enough(pbx, line):
    line = line.replace("{absolute}", f"#include {pbx.etc}/odoo/manager.conf")
    (pbx.etc / "manager.conf").write_text(PLAIN["manager.conf"] + line + "\n")
    pbx.setup()
    assert pbx.text("manager.conf") == PLAIN["manager.conf"] + line + "\n"


def test_a_commented_include_line_is_none(pbx):
    (pbx.etc / "manager.conf").write_text(PLAIN["manager.conf"] + ";#include odoo/manager.conf\n")
    pbx.setup()
    assert pbx.text("manager.conf").endswith("\n#include odoo/manager.conf\n")


def test_files_that_are_missing_are_made(pbx):
    for name in ("manager.conf", "extensions.conf"):
        (pbx.etc / name).unlink()
    assert pbx.setup() == 0
    assert "#include odoo/manager.conf" in pbx.text("manager.conf")
    assert mode(pbx.etc / "manager.conf") == 0o640


def test_the_templates_have_no_other_placeholder_than_the_secret():
    for name in asterisk_conf.FILES:
        assert "@" not in asterisk_conf.template(name).replace("@AMI_SECRET@", "")


# -- FreePBX -----------------------------------------------------------------------------------------------------------


def test_on_freepbx_only_the_admins_own_files_are_changed(tmp_path, capsys):
    pbx = Pbx(tmp_path, FREEPBX)
    assert pbx.setup() == 0
    changed = {name for name, text in FREEPBX.items() if pbx.text(name) != text}
    assert changed == {"manager_custom.conf", "extensions_custom.conf"}
    assert pbx.text("manager_custom.conf").endswith("#include odoo/manager.conf\n")
    assert pbx.text("extensions_custom.conf").startswith(FREEPBX["extensions_custom.conf"])
    assert "TO DO" not in capsys.readouterr().out


def test_a_custom_file_that_nobody_reads_is_told(tmp_path, capsys):
    pbx = Pbx(tmp_path, {**FREEPBX, "manager.conf": PLAIN["manager.conf"]})
    pbx.setup()
    assert (
        "#include manager_custom.conf" in [line for line in capsys.readouterr().out.splitlines() if "TO DO" in line][0]
    )


# -- what it warns of --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, text, words",
    [
        ("manager.conf", "[general]\nbindaddr = 127.0.0.1\n", "enabled = yes"),
        ("manager.conf", "[general]\nenabled = no ; yes\nbindaddr = 127.0.0.1\n", "enabled = yes"),
        ("manager.conf", "[general]\n;--\nenabled = yes\n--;\nbindaddr = 127.0.0.1\n", "enabled = yes"),
        ("manager.conf", "[admin]\nenabled = yes\n[general]\nbindaddr = 127.0.0.1\n", "enabled = yes"),
        ("manager.conf", "[general]\nenabled = yes\n", "bindaddr = 127.0.0.1"),
        ("manager.conf", "[general]\nenabled => yes\nbindaddr => 0.0.0.0\n", "bindaddr = 127.0.0.1"),
        ("manager.conf", PLAIN["manager.conf"] + "[odoo]\nsecret = old\n", "another user [odoo]"),
        ("extensions.conf", "[phones]\n", "ODOO_OUTBOUND_CONTEXT"),
        ("extensions.conf", "[globals]\nODOO_OUTBOUND_CONTEXT=phones\n[from-internal]\n", "no such context"),
    ],
)  # fmt: skip
def test_what_the_admin_has_to_do_is_said(pbx, capsys, name, text, words):
    (pbx.etc / name).write_text(text)
    assert pbx.setup() == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("TO DO")]
    assert words in line


@pytest.mark.parametrize(
    "files",
    [
        {
            "manager.conf": "[general]\n#include manager.d/*.conf\n",
            "manager.d/a.conf": "enabled=yes\nbindaddr=127.0.0.1\n",
        },
        {"extensions.conf": "[globals]\nODOO_OUTBOUND_CONTEXT=phones\n[phones]\n"},
        {"extensions.conf": '#include "mine.conf"\n', "mine.conf": "[from-internal](+)\n"},
        {"extensions.conf": "", "extensions.ael": "context from-internal {\n 101 => Hangup();\n}\n"},
    ],
    ids=["manager.d", "outbound context", "included", "AEL"],
)
def test_what_is_right_in_another_file_is_not_warned_of(pbx, capsys, files):
    for name, text in files.items():
        (pbx.etc / name).parent.mkdir(exist_ok=True)
        (pbx.etc / name).write_text(text)
    pbx.setup()
    assert "TO DO" not in capsys.readouterr().out


def test_includes_that_go_round_in_circles_end(pbx):
    (pbx.etc / "extensions.conf").write_text("#include extensions.conf\n[from-internal]\n")
    assert pbx.setup() == 0


def test_an_unencrypted_odoo_elsewhere_is_warned_of(pbx, capsys):
    pbx.setup(url="http://odoo.example")
    assert "not encrypted" in capsys.readouterr().out
    pbx.setup(url="http://127.0.0.1:8069")
    assert "not encrypted" not in capsys.readouterr().out


def test_our_own_events_repeat_no_field_that_asterisk_adds():
    """A field that comes twice is taken for a caller's forgery, and the event is left out."""
    told = re.findall(r"UserEvent\((\w+),(.*)\)$", asterisk_conf.template("extensions.conf"), re.MULTILINE)
    assert {name for name, _fields in told} == {"OdooHangup", "OdooRecording"}
    of_channels = {
        "channel",
        "uniqueid",
        "linkedid",
        "context",
        "exten",
        "priority",
        "accountcode",
        "language",
        "userevent",
    }
    for name, fields in told:
        names = [field.split(":")[0].lower() for field in fields.split(",")]
        assert len(set(names)) == len(names) and not of_channels & set(names), name
