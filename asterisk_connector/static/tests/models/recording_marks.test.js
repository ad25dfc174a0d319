import { beforeEach, expect, test } from "@odoo/hoot";
import { allowTranslations } from "@web/../tests/web_test_helpers";
import { marksOf } from "@asterisk_connector/models/recording_marks";

beforeEach(allowTranslations);

const note = (second, text = "x") => ({ second, text, who: "Anna" });

test("a note is where it is said", () => {
    const [mark] = marksOf([note(15, "Laughs")], 60);
    expect(mark).toEqual({
        second: 15,
        share: 0.25,
        lines: [{ time: "0:15", text: "Laughs", who: "Anna" }],
        label: "Note at 0:15: Laughs",
    });
});

test("notes that would lie on each other have one mark, of the first", () => {
    const marks = marksOf([note(10), note(11, "y"), note(13)], 60);
    expect(marks.map(({ second, lines }) => [second, lines.length])).toEqual([
        [10, 2],
        [13, 1],
    ]);
    expect(marks[0].label).toBe("Note at 0:10: x; Note at 0:11: y");
});

test("a header that is a little short puts no mark beside the line", () => {
    expect(marksOf([note(61)], 60)[0].share).toBe(1);
    expect(marksOf([note(1)], 0)).toEqual([]);
});
