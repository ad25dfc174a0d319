-- A copy of a database must neither hear nor dial: its agents' keys go, their users sleep, nothing stays pending.
DELETE FROM res_users_apikeys WHERE user_id IN (SELECT agent_user_id FROM asterisk_server);
UPDATE res_users SET active = false WHERE id IN (SELECT agent_user_id FROM asterisk_server);
UPDATE asterisk_server SET connected = false, reason = 'never', last_seen = NULL, connected_since = NULL;
UPDATE asterisk_command SET state = 'failed', code = 'expired' WHERE state IN ('sent', 'accepted');
-- What the original sent it may never ask a PBX to erase.
UPDATE asterisk_recording SET on_pbx = false;
