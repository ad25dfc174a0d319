"""`./run translate`: writes the addon's terms anew into i18n/ and says which of them a language lacks.

`asterisk_connector.pot` holds every term as Odoo finds it; each `<language>.po` keeps its translations, loses terms
that are gone, and gets new ones untranslated. `--take FILE` fills those from a JSON object of term → translation.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
from pathlib import Path

from sandbox import provision, venv
from sandbox.odoo import Odoo, filestore
from sandbox.paths import ADDON, ROOT, temporary
from sandbox.postgres import Cluster, copy_tree
from sandbox.say import say

EXPORT = """
import io
from odoo.tools.translate import trans_export
buffer = io.BytesIO()
trans_export(None, [{name!r}], buffer, "po", env)
print("POT" + buffer.getvalue().hex())
"""
MERGE = """
import json, sys
from pathlib import Path
import polib
folder, terms = Path(sys.argv[1]), json.loads(sys.argv[2])
for path in sorted(folder.glob("*.po")):
    old = {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))}
    fresh = polib.pofile(str(folder / sys.argv[3]))
    fresh.metadata, fresh.header = polib.pofile(str(path)).metadata, fresh.header
    for entry in fresh:
        entry.msgstr = old.get(entry.msgid) or terms.get(entry.msgid, "")
    fresh.save(str(path))
    for entry in fresh.untranslated_entries():
        print(f"{path.name}: {json.dumps(entry.msgid, ensure_ascii=False)}")
"""


def main(argv: list[str]) -> int:
    """Exports and merges; returns 1 when a language lacks terms."""
    parser = argparse.ArgumentParser(
        prog="run translate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--take", type=Path, metavar="FILE", help="JSON object of new translations")
    args = parser.parse_args(argv)
    provision.everything()
    provision.addon_template()
    pot = ADDON / "i18n" / f"{ADDON.name}.pot"
    pot.write_bytes(_terms())
    terms = args.take.read_text("utf-8") if args.take else "{}"
    command = [venv.python(), "-c", MERGE, pot.parent, json.dumps(json.loads(terms)), pot.name]
    done = subprocess.run([str(part) for part in command], cwd=ROOT, text=True, capture_output=True, check=True)
    print(done.stdout, end="")
    say("translate", f"{len(done.stdout.splitlines())} terms lack a translation")
    return 1 if done.stdout else 0


def _terms() -> bytes:
    folder = temporary("pbx-i", fast=True)
    cluster = Cluster(folder / "pg")
    odoo = Odoo(cluster, "terms", folder / "odoo")
    try:
        for part in (folder, folder / "odoo"):
            part.mkdir(parents=True, exist_ok=True)
            part.chmod(0o711)
        provision.place_addon(cluster, folder / "template")
        cluster.start()
        cluster.createdb("terms", template="addon")
        copy_tree(filestore(folder / "template", "addon"), filestore(odoo.data, "terms"))
        printed = odoo.shell(EXPORT.format(name=ADDON.name))
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return bytes.fromhex(next(line for line in printed.splitlines() if line.startswith("POT"))[3:])
