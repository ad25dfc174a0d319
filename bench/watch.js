/* What a benchmark needs to know of one browser tab, put into the page. All moments are ms since the epoch. */
() => {
    const now = () => performance.timeOrigin + performance.now();
    const services = odoo.__WOWL_DEBUG__.root.env.services;
    const bench = (window.bench = { views: {}, painted: {}, clicked: 0, answered: 0, echoes: [] });

    /* The view of a call has come over the bus. Of several views of one call the first makes the popup. */
    services.bus_service.subscribe("asterisk_connector.call", (view) => {
        bench.views[view.id] ||= {
            id: view.id,
            version: view.version,
            ts: view.ts * 1000,
            came: now(),
        };
    });
    /* The browser's own record (Element Timing) of when the line that says who calls was on the screen. */
    new PerformanceObserver((list) => {
        for (const { identifier, renderTime } of list.getEntries()) {
            bench.painted[identifier] ||= performance.timeOrigin + renderTime;
        }
    }).observe({ type: "element" });
    /* The attribute has to be there before the first paint: this runs between rendering and painting. */
    new MutationObserver(() => {
        for (const box of document.querySelectorAll(".o-asterisk-CallBox[data-call-id]")) {
            const who = box.querySelector(".o-asterisk-CustomerBlock-who");
            who?.setAttribute("elementtiming", box.dataset.callId);
        }
    }).observe(document.body, { childList: true, subtree: true });

    document.addEventListener("click", () => (bench.clicked = now()), { capture: true });
    services.bus_service.subscribe("res.users.settings", () => bench.echoes.push(now()));

    bench.popup = () => {
        const view = Object.values(bench.views).find(({ id }) => id in bench.painted);
        return view && { ...view, painted: bench.painted[view.id] };
    };
    bench.forget = () => Object.assign(bench, { views: {}, painted: {}, echoes: [] });
};
