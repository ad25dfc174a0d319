import { expect, test } from "@odoo/hoot";
import { HeardStretches } from "@asterisk_connector/models/heard_stretches";

const played = (heard, ...positions) => positions.forEach((position) => heard.moveTo(position));

test("what is played on is one stretch", () => {
    const heard = new HeardStretches();
    played(heard, 0, 0.25, 1, 2.04);
    expect(heard.take()).toEqual([[0, 2]]);
    expect(heard.take()).toEqual([]);
});

test("a jump begins another one, forwards and back", () => {
    const heard = new HeardStretches();
    played(heard, 0, 1, 2, 40, 41, 10, 11);
    expect(heard.take()).toEqual([
        [0, 2],
        [40, 41],
        [10, 11],
    ]);
});

test("a pause ends it; what was only touched does not count", () => {
    const heard = new HeardStretches();
    played(heard, 5, 5.1);
    heard.stop();
    played(heard, 5.2, 7);
    expect(heard.take()).toEqual([[5.2, 7]]);
});

test("it goes on after it was reported", () => {
    const heard = new HeardStretches();
    played(heard, 0, 2);
    expect(heard.take()).toEqual([[0, 2]]);
    played(heard, 4);
    expect(heard.take()).toEqual([[2, 4]]);
});
