import { expect, test } from "@odoo/hoot";
import { barsPath, shapeOf, volumesOf } from "@asterisk_connector/models/waveform";

test("sound that was decoded here has the shape that Odoo would give it", () => {
    const left = Float32Array.from([0, 0.5, -1, 0.25]);
    const [volumes] = volumesOf(shapeOf([left]));
    expect(volumes.map((volume) => Math.round(volume * 100))).toEqual([0, 50, 100, 25]);
});

test("hours become as many moments as a minute", () => {
    const long = new Float32Array(1_000_003).fill(0.1);
    const [short] = volumesOf(shapeOf([long]));
    expect(short.length).toBeGreaterThan(490);
    expect(short.length).toBeLessThan(501);
});

test("each moment is a bar around the middle, silence a thin line", () => {
    expect(barsPath([0, 1], 40)).toBe("M0 19.5h.7v1h-.7zM1 0h.7v40h-.7z");
});
