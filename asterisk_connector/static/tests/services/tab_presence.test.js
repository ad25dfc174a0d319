import { advanceTime, beforeEach, Deferred, expect, test, tick } from "@odoo/hoot";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { setTabHidden, withoutLocks } from "@asterisk_connector/../tests/asterisk_test_helpers";
import { TabPresence } from "@asterisk_connector/services/tab_presence";

beforeEach(withoutLocks);

/** What the Web Locks API says of shared locks that pages hold. */
class FakeLocks {
    held = [];
    async request(name, { mode }, callback) {
        const lock = { name, mode };
        this.held.push(lock);
        await callback(lock);
        this.held.splice(this.held.indexOf(lock), 1);
    }
    async query() {
        return { held: [...this.held], pending: [] };
    }
}

/** A tab of Odoo; `isMain`: what Odoo's election says of it. */
function openTab({ isMain = true, isHidden } = {}) {
    const tab = new TabPresence({ isOnMainTab: async () => isMain });
    if (isHidden !== undefined) {
        Object.defineProperty(tab, "isHidden", { value: isHidden });
    }
    return tab;
}

test("a tab that the user sees is watched and does not ring", async () => {
    const tab = openTab();
    expect(await tab.isWatched()).toBe(true);
    expect(await tab.isTheOneToRing()).toBe(false);
});

test("the only tab, hidden, is the one to ring", async () => {
    setTabHidden(true);
    const tab = openTab();
    expect(await tab.isWatched()).toBe(false);
    expect(await tab.isTheOneToRing()).toBe(true);
});

test("a hidden tab does not ring while the user sees another one", async () => {
    const hidden = openTab({ isHidden: true });
    openTab({ isHidden: false, isMain: false });
    expect(await hidden.isWatched()).toBe(true);
    expect(await hidden.isTheOneToRing()).toBe(false);
});

test("a tab that is busy is asked again, and two questions at once are one", async () => {
    const hidden = openTab({ isHidden: true });
    const busy = new browser.BroadcastChannel("asterisk_connector.tabs");
    let questions = 0;
    busy.addEventListener("message", () => ++questions === 2 && busy.postMessage("here"));
    expect(await Promise.all([hidden.isWatched(), hidden.isWatched()])).toEqual([true, true]);
    expect(questions).toBe(2);
});

test("with locks, a seen tab is known however busy it is, until nobody sees it", async () => {
    const locks = new FakeLocks();
    patchWithCleanup(browser.navigator, { locks });
    setTabHidden(false);
    openTab();
    const hidden = openTab({ isHidden: true });
    expect(locks.held.map(({ mode }) => mode)).toEqual(["shared", "shared"]);
    expect(await hidden.isTheOneToRing()).toBe(false);
    setTabHidden(true);
    await tick();
    expect(locks.held).toEqual([]);
    expect(await hidden.isTheOneToRing()).toBe(true);
    setTabHidden(false);
    expect(locks.held).toHaveLength(1);
    expect(await hidden.isWatched()).toBe(true);
});

test("of two hidden tabs one rings", async () => {
    const tabs = [
        openTab({ isHidden: true, isMain: true }),
        openTab({ isHidden: true, isMain: false }),
    ];
    expect(await Promise.all(tabs.map((tab) => tab.isTheOneToRing()))).toEqual([true, false]);
});

test("an election that does not answer is asked again", async () => {
    setTabHidden(true);
    const answers = [new Deferred(), new Deferred(), Promise.resolve(true)];
    const tab = new TabPresence({ isOnMainTab: () => answers.shift() });
    const asked = tab.isMainTab();
    await advanceTime(1000);
    await advanceTime(1000);
    expect(await asked).toBe(true);
    expect(answers).toHaveLength(0);
});

test("an election that never answers lets nobody ring", async () => {
    setTabHidden(true);
    const tab = new TabPresence({ isOnMainTab: () => new Deferred() });
    const asked = tab.isMainTab();
    for (let attempt = 0; attempt < 3; attempt++) {
        await advanceTime(1000);
    }
    expect(await asked).toBe(false);
});

test("a tab waits until it is looked at", async () => {
    setTabHidden(true);
    const tab = openTab();
    tab.whenVisible().then(() => expect.step("seen"));
    await tick();
    expect.verifySteps([]);
    setTabHidden(false);
    await tick();
    expect.verifySteps(["seen"]);
    await tab.whenVisible();
});
