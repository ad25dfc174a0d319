/** As many moments as Odoo keeps of a recording (tools/peaks.py). */
const BUCKETS = 500;
const LOUDEST = 255;

/** @returns {number[][]} a shape as Odoo keeps it (base64 by channel) as volumes from 0 to 1 */
export function volumesOf(shape) {
    return shape.map((text) => Array.from(window.atob(text), (c) => c.charCodeAt(0) / LOUDEST));
}

/**
 * The shape of sound that the browser has decoded.
 *
 * @param {Float32Array[]} channels samples from -1 to 1
 * @returns {string[]} base64 by channel
 */
export function shapeOf(channels) {
    return channels.map((samples) => {
        const size = Math.max(1, Math.ceil(samples.length / BUCKETS));
        let text = "";
        for (let begin = 0; begin < samples.length; begin += size) {
            let peak = 0;
            for (let i = begin; i < Math.min(begin + size, samples.length); i++) {
                peak = Math.max(peak, Math.abs(samples[i]));
            }
            text += String.fromCharCode(Math.min(LOUDEST, Math.floor(peak * 256)));
        }
        return window.btoa(text);
    });
}

/**
 * Bars around a middle line, as the path of an SVG that is as wide as there are volumes and `height` high.
 *
 * @param {number[]} volumes from 0 to 1; a silent moment is a thin line
 */
export function barsPath(volumes, height) {
    return volumes
        .map((volume, x) => {
            // The square root: a quiet voice is seen too.
            const size = Math.max(1, Math.round(Math.sqrt(volume) * height * 10) / 10);
            return `M${x} ${(height - size) / 2}h.7v${size}h-.7z`;
        })
        .join("");
}
