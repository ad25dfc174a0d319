"""Recordings for the tests: sounds, and what the agent tells of them."""

import hashlib
import io
import math
import shutil
import wave
from array import array
from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.asterisk_connector.models import asterisk_recording_store

from .common import contract

LINKEDID = "1764000000.10"
KEY = "bdc79185d7bdc43174a105e1fc27d55b"


def wav(left=1.0, right=0.5, seconds=2, rate=8000):
    """Return a WAV file of a tone on each channel; the volumes are parts of the loudest."""
    samples = array("h")
    for i in range(seconds * rate):
        tone = math.sin(i / rate * 440 * math.tau) * 32767
        samples.extend((int(tone * left), int(tone * right)))
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setnchannels(2)
        audio.setsampwidth(2)
        audio.setframerate(rate)
        audio.writeframes(samples.tobytes())
    return file.getvalue()


def told(data, **changes):
    """Return what the agent tells of a file with this content."""
    item = contract("agent/recordings")["request"]["items"][0]
    content = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "seconds": 2, "mimetype": "audio/wav"}
    return item | content | changes


class RecordingsMixin:
    """Gives recordings to the calls of the cast and takes the files away again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A folder of its own, so that no part of another test or database is touched.
        cls.enterClassContext(patch.object(asterisk_recording_store, "FOLDER", f"asterisk_recording_test_{id(cls)}"))
        folder = cls.env["asterisk.recording"]._part_folder()
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.recordings = cls.env["asterisk.recording"].sudo()

    def tell(self, *items):
        """Tell as the agent does; return the answers."""
        return self.recordings._take_recordings(self.server, list(items))

    def status(self, *items):
        """Tell as the agent does; return how each is answered."""
        return [result["status"] for result in self.tell(*items)]

    def record(self, data=None, **changes):
        """Return a recording whose file has been sent, of the call that Anna answered unless told otherwise."""
        data = data or wav()
        item = told(data, **changes)
        self.assertEqual(self.status(item), ["send"])
        self.recordings._take_piece(self.server, item["key"], 0, data)
        return self.recordings.search([("key", "=", item["key"])])

    def cron(self):
        """Run the scheduled action."""
        with self.enter_registry_test_mode():
            self.env.ref("asterisk_connector.ir_cron_recordings").method_direct_trigger()

    @contextmanager
    def full_disk(self):
        """Odoo's disk has no room in here."""
        usage = shutil.disk_usage("/")._replace(free=1000)
        with patch("shutil.disk_usage", return_value=usage):
            yield
