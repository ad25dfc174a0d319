import { advanceTime, expect, test } from "@odoo/hoot";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";
import { SharedMemory } from "@asterisk_connector/services/shared_memory";

const DAY_MS = 24 * 3600 * 1000;
const keyOf = (name) => `asterisk_connector.${name}.${user.userId}`;

test("an entry is new once", () => {
    const memory = new SharedMemory("told");
    expect(memory.has(7)).toBe(false);
    expect(memory.add(7)).toBe(true);
    expect(memory.add("7")).toBe(false);
    expect(memory.has(7)).toBe(true);
    memory.delete(7);
    expect(memory.has(7)).toBe(false);
});

test("what one tab knows all tabs know at once", () => {
    const [mine, other] = [new SharedMemory("told"), new SharedMemory("told")];
    mine.add("a");
    expect(other.has("a")).toBe(true);
    expect(other.add("a")).toBe(false);
    other.delete("a");
    expect(mine.has("a")).toBe(false);
});

test("two tabs that add at the same moment, before either has heard of the other, lose nothing", () => {
    const [mine, other] = [new SharedMemory("told"), new SharedMemory("told")];
    browser.removeEventListener("storage", mine.onStorage);
    browser.removeEventListener("storage", other.onStorage);
    mine.add("a");
    other.add("b");
    expect(Object.keys(new SharedMemory("told").entries)).toEqual(["a", "b"]);
});

test("it outlives a reload, and knows one thing from another", () => {
    new SharedMemory("told").add("a");
    expect(new SharedMemory("told").has("a")).toBe(true);
    expect(new SharedMemory("hidden").has("a")).toBe(false);
});

test("another user of this browser has a memory of his own", () => {
    new SharedMemory("told").add("a");
    patchWithCleanup(user, { userId: user.userId + 1 });
    expect(new SharedMemory("told").has("a")).toBe(false);
});

test("after a day it is forgotten", async () => {
    new SharedMemory("told").add("a");
    await advanceTime(DAY_MS - 60000);
    expect(new SharedMemory("told").has("a")).toBe(true);
    await advanceTime(2 * 60000);
    expect(new SharedMemory("told").has("a")).toBe(false);
});

test("what is stored there but is not ours counts as nothing", () => {
    for (const text of ["{", "null", "7", '"text"', '["a"]', '{"a": "soon"}', '{"a": {}}']) {
        browser.localStorage.setItem(keyOf("told"), text);
        expect(new SharedMemory("told").entries).toEqual({});
    }
});

test("a browser that keeps nothing still remembers in this tab", () => {
    patchWithCleanup(browser.localStorage, {
        setItem() {
            throw new Error("QuotaExceededError");
        },
    });
    const memory = new SharedMemory("told");
    expect(memory.add("a")).toBe(true);
    expect(memory.add("a")).toBe(false);
});
