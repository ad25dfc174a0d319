"""Where a PBX keeps its records, as `pbx-agent setup` reads it from the PBX's own configuration."""

from __future__ import annotations

import pytest

from pbx_agent.cdr.columns import CEL_CSV
from pbx_agent.cdr.settings import Store
from pbx_agent.setup.stores import find
from sandbox.asterisk import CDR_COLUMNS
from sandbox.paths import ROOT
from tests.unit.agent import pbx_folder

key, pbx = pbx_folder.key, pbx_folder.pbx  # fixtures
CUSTOM = "[mappings]\nMaster.csv => ${CSV_QUOTE(${CDR(start)})},${CDR(src)},${CSV_QUOTE(${CDR(linkedid)})}\n"


def found(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return find(folder)


@pytest.fixture
def etc(tmp_path):
    (tmp_path / "etc" / "asterisk").mkdir(parents=True)
    (tmp_path / "etc" / "asterisk" / "asterisk.conf").write_text(f"[directories]\nastlogdir => {tmp_path}/log\n")
    return tmp_path / "etc" / "asterisk"


# -- what PBXs have ----------------------------------------------------------------------------------------------------


def test_a_file_of_cdr_custom_with_its_columns(etc, tmp_path):
    store = found(etc, cdr_custom__conf=CUSTOM)["cdr"]
    assert store == Store(
        source="csv", path=f"{tmp_path}/log/cdr-custom/Master.csv", columns=("start", "src", "linkedid")
    )


def test_the_sandboxs_own_files():
    stores = find(ROOT / "sandbox" / "etc")
    assert stores["cdr"].columns == tuple(CDR_COLUMNS.split())
    assert stores["cel"] == Store(
        source="csv", path="/var/log/asterisk/cel-custom/Master.csv", table="cel"
    )  # as recommended


def test_events_in_an_order_of_ones_own(etc):
    text = "[mappings]\ncel.csv => ${eventtype},${eventtime},${CALLERID(num)},${CHANNEL(linkedid)},${BRIDGEPEER}\n"
    store = found(etc, cel__conf="[general]\nenable=yes\n", cel_custom__conf=text)["cel"]
    assert store.columns == ("eventtype", "eventtime", "cid_num", "linkedid", "peer") != CEL_CSV


def test_an_sqlite_table(etc, tmp_path):
    store = found(
        etc, cdr_sqlite3_custom__conf="[master]\ntable => calls\ncolumns => calldate, src\nvalues => 'a', 'b'\n"
    )
    assert store["cdr"] == Store(source="sqlite", path=f"{tmp_path}/log/master.db", table="calls")


def test_postgresql_and_its_password(etc):
    text = "[global]\nhostname=db.example\nport=5433\ndbname=asterisk\nuser=ast\npassword=s3cret\nusegmtime=yes\n"
    store = found(etc, cdr_pgsql__conf=text)["cdr"]
    assert (store.source, store.host, store.port, store.zone) == ("postgresql", "db.example", 5433, "UTC")
    assert (store.user, store.password, store.database, store.table) == ("ast", "s3cret", "asterisk", "cdr")


def test_freepbx_says_beside_asterisks_folder_how_to_get_in(etc):
    (etc.parent / "freepbx.conf").write_text(
        "<?php\n$amp_conf['AMPDBUSER'] = 'freepbxuser';\n$amp_conf[\"AMPDBPASS\"] = \"pw\";\n"
        "$amp_conf['AMPDBHOST'] = 'localhost';\n"
    )
    store = find(etc)["cdr"]
    assert (store.source, store.host, store.user, store.password) == ("mysql", "localhost", "freepbxuser", "pw")
    assert (store.database, store.table) == ("asteriskcdrdb", "cdr")


def test_the_plain_file_when_it_is_there(etc, tmp_path):
    assert "cdr" not in found(etc, cdr__conf="[csv]\nusegmtime=yes\n")
    (tmp_path / "log" / "cdr-csv").mkdir(parents=True)
    (tmp_path / "log" / "cdr-csv" / "Master.csv").write_text("")
    assert find(etc)["cdr"] == Store(source="csv", path=f"{tmp_path}/log/cdr-csv/Master.csv", zone="UTC")


# -- what is left to the admin -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        ";" + CUSTOM, "[mappings]\n;Master.csv => ${CDR(start)}\n", "[mappings]\nMaster.csv => ${CDR(src)}\n",
        "[mappings]\nMaster.csv => ${CDR(start)} ${CDR(src)},${CDR(dst)}\n", "[mappings]\n../x => ${CDR(start)}\n",
        "[mappings]\nMaster.csv => ${CDR(start)},${CDR(start)}\n", "", "[mappings]\nMaster.csv\n",
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_understood(etc, text):
    assert find(etc) == found(etc, cdr_custom__conf=text) == {}


def test_a_pbx_that_keeps_no_records(etc):
    assert found(etc, cdr_custom__conf=CUSTOM, cdr__conf="[general]\nenable=no\n") == {}
    assert "cel" not in found(
        etc, cel_custom__conf="[mappings]\na => ${eventtime}\n", cel__conf="[general]\nenable=no\n"
    )


def test_a_password_that_would_not_survive_in_a_line(etc):
    text = "[global]\ndbname=a\nuser=b\npassword=a{}\\;b\n"
    assert found(etc, cdr_pgsql__conf=text.format(""))["cdr"].password == "a;b"
    assert found(etc, cdr_pgsql__conf=text.format(" ")) == {}


def test_values_that_cannot_be_right(etc):
    assert found(etc, cdr_pgsql__conf="[global]\ndbname=a\nuser=b\ntable=a; drop\ntable=x y\n") == {}


# -- setup -------------------------------------------------------------------------------------------------------------


def test_setup_writes_what_it_found_and_says_so(pbx, capsys):
    for name in ("cel.conf", "cel_custom.conf"):
        (pbx.etc / name).write_text((ROOT / "sandbox" / "etc" / name).read_text())
    assert pbx.setup() == 0
    assert pbx.loaded.cel == Store(source="csv", path="/var/log/asterisk/cel-custom/Master.csv", table="cel")
    assert pbx.loaded.cdr == Store(
        source="csv", path="/var/log/asterisk/cdr-custom/Master.csv", columns=("start", "linkedid")
    )
    assert "found     [cdr] csv /var/log/asterisk/cdr-custom/Master.csv" in capsys.readouterr().out
    before = pbx.conf.read_text()
    assert pbx.setup() == 0 and pbx.conf.read_text() == before


def test_the_admins_own_word_stays(pbx):
    pbx.conf.parent.mkdir()
    pbx.conf.write_text("[cdr]\nsource = none\n")
    pbx.conf.chmod(0o600)
    assert pbx.setup() == 0
    assert pbx.loaded.cdr == Store()


def test_a_pbx_that_does_not_say_where_is_asked_for_it(pbx, capsys):
    (pbx.etc / "cdr_custom.conf").unlink()
    assert pbx.setup() == 0
    assert "TO DO     say in [cdr]" in capsys.readouterr().out
    assert "[cdr]" not in pbx.conf.read_text()
