import { expect, test } from "@odoo/hoot";
import { defineAsteriskModels } from "@asterisk_connector/../tests/asterisk_test_helpers";
import { recordingView } from "@asterisk_connector/../tests/recording_test_helpers";
import { channelLabels, whyNot } from "@asterisk_connector/models/recording_words";
import { makeMockEnv } from "@web/../tests/web_test_helpers";

defineAsteriskModels();

const reason = (changes) => whyNot(recordingView(changes)).toString();

test("it says why a recording cannot be heard", async () => {
    await makeMockEnv();
    expect(reason({})).toBe("");
    expect(reason({ may_listen: false })).toBe("The call was recorded. You may not listen to it.");
    expect(reason({ state: "uploading" })).toBe("The recording is on its way from the PBX.");
    expect(reason({ state: "failed", problem: "The file is empty." })).toBe(
        "There is no recording. The file is empty."
    );
    expect(reason({ state: "waiting" })).toBe("The recording still waits on the PBX.");
    expect(reason({ state: "erased", erased: "Anna: she asked" })).toBe(
        "The recording was erased. Anna: she asked"
    );
});

test("it says who is on which channel", async () => {
    await makeMockEnv();
    const labels = (changes) => channelLabels(recordingView(changes)).map(String);
    expect(labels({})).toEqual(["Customer", "Employee"]);
    expect(labels({ direction: "internal" })).toEqual(["Caller", "Called"]);
    expect(labels({ channels: 1 })).toEqual([]);
});
