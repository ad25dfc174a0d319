"""Puts everything in place that the verbs need; quick when nothing is missing."""

from __future__ import annotations

import contextlib
import fcntl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sandbox import asterisk_source, mariadb, odoo_source, postgres, programs, templates, venv
from sandbox.archive import Archive
from sandbox.paths import cache
from sandbox.postgres import Cluster
from sandbox.process import end_children
from sandbox.say import say


@contextlib.contextmanager
def lock() -> Iterator[None]:
    """Only one `./run` of a cache provisions at a time; others wait here until it is done."""
    with cache("setup.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("setup", "waiting for another ./run that is setting up")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


#: Set once the run has been interrupted, for good.
interrupted = threading.Event()


def together(*jobs: Callable[[], object]) -> list:
    """Runs jobs at the same time and returns their results in order; the first error is raised after all have ended.

    When the run is interrupted the processes that the jobs started are ended, so that the jobs end too; `interrupted`
    tells those that would start another one.
    """
    pool = ThreadPoolExecutor(len(jobs))
    futures = [pool.submit(job) for job in jobs]
    try:
        return [future.result() for future in futures]
    except (KeyboardInterrupt, SystemExit):
        interrupted.set()
        end_children()
        raise
    finally:
        pool.shutdown()


def tools() -> None:
    """What pure tests need: the virtual environment."""
    with lock():
        programs.ensure_venv()
        venv.ensure()


def everything() -> None:
    """Programs from apt, the virtual environment, databases, Odoo 19, Asterisk, browser and the `deps` database."""
    with lock():
        programs.ensure_venv()
        together(venv.ensure, _programs)
        templates.deps()


def _programs() -> None:
    debian = Archive()
    odoo_source.ensure(debian)
    asterisk_source.ensure(debian)
    postgres.ensure()
    mariadb.ensure()
    programs.ensure_tools()
    programs.ensure_browser()


def addon_template() -> Path:
    """Folder of the database template with the addon installed; one `./run` at a time builds it."""
    with lock():
        return templates.addon()


def place_addon(cluster: Cluster, data_dir: Path) -> None:
    """Gives a cluster that is not started yet the databases `deps` and `addon`, and `data_dir` their filestores.

    Under the lock, because another `./run` may just be replacing the template by a newer one.
    """
    with lock():
        templates.place(templates.addon(), cluster, data_dir)
