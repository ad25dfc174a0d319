from odoo.tests import common as odoo_common

from . import test_access
from . import test_commands
from . import test_controllers
from . import test_demo
from . import test_event
from . import test_event_history
from . import test_event_life
from . import test_history
from . import test_history_flow
from . import test_indexes
from . import test_js
from . import test_phone_numbers
from . import test_recordings
from . import test_recordings_access
from . import test_recordings_doors
from . import test_recordings_http
from . import test_recordings_news
from . import test_records
from . import test_snapshots
from . import test_tours
from . import test_translations
from . import test_views

# A browser that starts slowly must not turn its tests into skipped ones.
odoo_common.CHECK_BROWSER_ITERATIONS = 600
