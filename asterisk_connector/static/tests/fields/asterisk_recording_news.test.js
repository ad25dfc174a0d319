import { advanceTime, animationFrame, expect, test } from "@odoo/hoot";
import { waitForChannels } from "@bus/../tests/bus_test_helpers";
import { contains, getService, mountView, onRpc } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    startService,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { AsteriskCall } from "@asterisk_connector/../tests/asterisk_test_models";
import { mockAudio, recordingView } from "@asterisk_connector/../tests/recording_test_helpers";

defineAsteriskModels();

const PLAY = ".o-asterisk-RecordingPlayer-play";
const PLAYER = ".o-asterisk-RecordingPlayer";
const FIELD = `<field name="recordings" widget="asterisk_recording"/>`;
const onItsWay = recordingView({ state: "uploading", may_listen: false });

/** A view of calls 7 and 8, which have these recordings. */
async function mountRecorded(type, seven, eight = false) {
    mockAudio();
    AsteriskCall._records = [
        { id: 7, recordings: seven, started_at: "2018-01-01 10:00:00" },
        { id: 8, recordings: eight, started_at: "2018-01-01 10:00:00" },
    ];
    await startService();
    const arch = `<${type}><field name="started_at"/>${FIELD}</${type}>`;
    await mountView({ type, resModel: "asterisk.call", resId: 7, arch });
}

/** Odoo says that there is news of a call, which now has these recordings. */
async function news(callId, recordings) {
    onRpc("asterisk.call", "search_read", () => [{ id: callId, recordings }]);
    getService("asterisk").recordingNews.askSoon([callId]);
    await advanceTime(200);
    await animationFrame();
}

test("an open call's recording is there by itself when it has come", async () => {
    await mountRecorded("form", false);
    await waitForChannels(["asterisk_recordings:7"]);
    expect(PLAYER).toHaveCount(0);
    await news(7, [onItsWay]);
    expect(PLAYER).toHaveText("The recording is on its way from the PBX.");
    await news(7, [recordingView()]);
    await contains(PLAY).click();
    expect.verifySteps(["play /sound/5 from 0"]);
    expect("[role=slider] > svg path").toHaveCount(2);
});

test("what came before the bus could tell it is there too", async () => {
    await mountRecorded("form", false);
    onRpc("asterisk.call", "search_read", () => [{ id: 7, recordings: [recordingView()] }]);
    await advanceTime(1900);
    expect(PLAYER).toHaveCount(0);
    await advanceTime(300);
    await animationFrame();
    expect(PLAY).toHaveCount(1);
});

test("it says why when it does not come", async () => {
    await mountRecorded("form", [onItsWay]);
    await news(7, [recordingView({ state: "failed", problem: "The file is empty." })]);
    expect(PLAYER).toHaveText("There is no recording. The file is empty.");
});

test("what is erased while it plays is silent at once", async () => {
    await mountRecorded("form", [recordingView()]);
    await contains(PLAY).click();
    await news(7, [recordingView({ state: "erased", may_listen: false })]);
    expect.verifySteps(["play /sound/5 from 0", "pause /sound/5"]);
    expect(PLAYER).toHaveText("The recording was erased.");
});

test("in a list it is watched where something will happen by itself", async () => {
    await mountRecorded("list", [onItsWay], [recordingView({ id: 6 })]);
    expect([...getService("asterisk").recordingNews.watched.keys()]).toEqual([7]);
    await news(7, [recordingView()]);
    expect(PLAY).toHaveCount(2);
});

test("news of a call that is not on the screen is not asked for", async () => {
    await mountRecorded("form", false);
    onRpc("asterisk.call", "search_read", () => expect.step("asked"));
    getService("asterisk").recordingNews.askSoon([8]);
    await advanceTime(1000);
    expect.verifySteps([]);
});

test("after the network was away everything on the screen is asked for", async () => {
    await mountRecorded("form", [onItsWay]);
    onRpc("asterisk.call", "search_read", () => [{ id: 7, recordings: [recordingView()] }]);
    await getService("asterisk").refresh();
    await animationFrame();
    await advanceTime(200);
    await animationFrame();
    expect(PLAY).toHaveCount(1);
});
