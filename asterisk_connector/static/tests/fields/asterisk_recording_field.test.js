import { expect, test } from "@odoo/hoot";
import { contains, defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    startService,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { mockAudio, recordingView } from "@asterisk_connector/../tests/recording_test_helpers";

defineAsteriskModels();

class AsteriskRecording extends models.Model {
    _name = "asterisk.recording";

    player = fields.Json();

    _records = [
        { id: 5, player: [recordingView()] },
        { id: 6, player: [recordingView({ id: 6, may_listen: false })] },
        { id: 7, player: false },
    ];
}
defineModels({ AsteriskRecording });

const FIELD = `<field name="player" widget="asterisk_recording"/>`;

async function mountRecordings(type, arch, resId) {
    mockAudio();
    await startService();
    await mountView({ type, resModel: "asterisk.recording", resId, arch });
}

test("in a list each row has its own, and playing opens nothing", async () => {
    await mountRecordings("list", `<list>${FIELD}</list>`);
    expect(".o-asterisk-RecordingPlayer-play").toHaveCount(1);
    expect(".fa-lock").toHaveCount(1);
    await contains(".o-asterisk-RecordingPlayer-play").click();
    expect.verifySteps(["play /sound/5 from 0"]);
    expect(".o_list_view").toHaveCount(1);
});

test("in a form it is large", async () => {
    await mountRecordings("form", `<form>${FIELD}</form>`, 5);
    expect(".o-asterisk-RecordingPlayer-speed").toHaveCount(1);
});

test("a call without a recording shows nothing", async () => {
    await mountRecordings("form", `<form>${FIELD}</form>`, 7);
    expect(".o-asterisk-RecordingPlayer").toHaveCount(0);
});
