"""A copy of the addon's database to measure in, and measurements that run inside an Odoo shell there."""

from __future__ import annotations

import json
import shutil
from typing import Any

from sandbox import provision
from sandbox.odoo import Odoo
from sandbox.paths import ROOT, temporary
from sandbox.postgres import Cluster
from sandbox.say import SandboxError

DB = "addon"
MARK = "MEASURED "
RUN = """
import importlib, json, sys
sys.path.insert(0, {root!r})
answer = importlib.import_module({module!r}).measure(env, **json.loads({arguments!r}))
print("\\n" + {mark!r} + json.dumps(answer))
"""


class Database:
    """`with Database() as database: database.measure("bench.inside.lookup", count=10)`."""

    def __init__(self) -> None:
        self.folder = temporary("pbx-b", fast=True)
        self.cluster = Cluster(self.folder / "pg")
        self.odoo = Odoo(self.cluster, DB, self.folder / "odoo")

    def __enter__(self) -> Database:
        try:
            for folder in (self.folder, self.folder / "odoo"):
                folder.mkdir(exist_ok=True)
                folder.chmod(0o711)
            provision.place_addon(self.cluster, self.odoo.data)
            self.cluster.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.cluster.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def measure(self, module: str, **arguments: Any) -> Any:
        """As `measure_in`, in this database."""
        return measure_in(self.odoo, module, **arguments)


def measure_in(odoo: Odoo, module: str, **arguments: Any) -> Any:
    """Run `measure(env, **arguments)` of a module in an Odoo shell and return what it returns, by way of JSON."""
    code = RUN.format(root=str(ROOT), module=module, arguments=json.dumps(arguments), mark=MARK)
    printed = odoo.shell(code)
    found = [line for line in printed.splitlines() if line.startswith(MARK)]
    if not found:
        raise SandboxError(f"{module} measured nothing:\n{printed[-3000:]}")
    return json.loads(found[-1][len(MARK) :])
