import { describe, expect, test } from "@odoo/hoot";
import { uuid4 } from "@asterisk_connector/services/uuid";

describe.current.tags("headless");

test("it is a UUID of version 4, and never the same", () => {
    const made = Array.from({ length: 100 }, uuid4);
    for (const uuid of made) {
        expect(uuid).toMatch(
            /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
        );
    }
    expect(new Set(made).size).toBe(100);
});
