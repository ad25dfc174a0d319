/** Questions to the telephony state (`CallStore.state`) that several components ask. Pure. */

/** So many missed calls stand on the screen; who was away for long finds the others behind the systray's counter. */
const MISSED_SHOWN = 2;

/** @returns {CallModel[]} the calls to show: those that go on as they came, then the latest of the missed ones */
export function visibleCalls(state) {
    const isShown = (call) => !(call.id in state.hidden);
    const calls = Object.values(state.calls).sort((a, b) => a.id - b.id);
    const missed = calls.filter((call) => call.isMissed);
    // Who tried three times is one person to call back; hiding the last try hides him.
    const latest = missed.filter(
        (call, i) =>
            call.isWithheld || !missed.slice(i + 1).some(({ number }) => number === call.number)
    );
    return [
        ...calls.filter((call) => !call.isMissed && isShown(call)),
        ...latest.filter(isShown).slice(-MISSED_SHOWN),
    ];
}

/** @returns {CallModel[]} the calls that go on, hidden or not */
export function liveCalls(state) {
    return Object.values(state.calls).filter((call) => !call.isEnded);
}

/** @returns {Object[]} the PBXs that my phones hang on; all that I may see when I have none */
export function myServers({ servers, devices }) {
    const mine = servers.filter(({ id }) => devices.some(({ server_id }) => server_id === id));
    return mine.length ? mine : servers;
}

/** @returns {boolean} no PBX that could ring my phone is connected */
export function isCutOff(state) {
    const servers = myServers(state);
    return servers.length > 0 && servers.every(({ connected }) => !connected);
}

const isUnderWay = ({ state: progress }) => ["sent", "accepted"].includes(progress);

/** @returns {Object[]} clicks to call that have no call yet (it is shown instead as soon as it is there) */
export function waitingCommands(state) {
    return Object.values(state.commands).filter(
        (command) =>
            command.verb === "originate" &&
            isUnderWay(command) &&
            !(command.uuid in state.called) &&
            !(command.uuid in state.hidden)
    );
}

/** @returns {string} a key of `state.pending`: the same for a number however it is written */
export const dialKey = (number) => `dial:${String(number || "").replace(/[^\d+*#]/g, "")}`;

/** @returns {boolean} the number was clicked, and Odoo has not answered yet */
export function isDialing(state, number) {
    return Boolean(state.pending[dialKey(number)]);
}

/**
 * @param {"hangup"|"record"} verb
 * @returns {boolean} the user has asked for it, and it has not come about yet
 */
export function isAsked(state, verb, call) {
    const asked = (command) => command.verb === verb && command.call_id === call.id;
    return (
        Boolean(state.pending[`${verb}:${call.id}`]) ||
        Object.values(state.commands).some((command) => asked(command) && isUnderWay(command))
    );
}

/** @returns {string} why the last thing asked for this call did not work, in the user's words; "" when it did */
export function failureOf(state, call) {
    const commands = Object.values(state.commands).filter(
        ({ uuid, call_id }) => uuid === call.command || call_id === call.id
    );
    const last = commands.at(-1);
    return last?.state === "failed" ? last.message : "";
}

/** @returns {boolean} the call that a command made or concerns is on the screen */
export function isCallShown(state, uuid, callId) {
    return visibleCalls(state).some((call) => call.command === uuid || call.id === callId);
}
