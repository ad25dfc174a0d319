/**
 * A random UUID (RFC 9562, version 4). The browser's own `crypto.randomUUID` exists only where the page is encrypted, and
 * Odoo may be reached by plain HTTP inside a company.
 *
 * @returns {string} 36 characters
 */
export function uuid4() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
