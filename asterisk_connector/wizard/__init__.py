from . import asterisk_recording_eraser, asterisk_server_key
from . import base_partner_merge
