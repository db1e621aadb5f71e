import assert from "node:assert/strict";
import { test } from "node:test";
import { cookies, firstWorking, inMemory, webStorage } from "../storage.ts";

const forbidden = webStorage(() => {
  throw new Error("SecurityError");
});
const deaf = () => ({ ...inMemory(), write: () => undefined });

/** A document.cookie that keeps what a browser would keep. */
function page() {
  const jar = new Map();
  return {
    written: [],
    get cookie() {
      return [...jar].map(([key, value]) => `${key}=${value}`).join("; ");
    },
    set cookie(text) {
      this.written.push(text);
      const [key, value] = text.split("; ")[0].split("=");
      if (text.includes("max-age=0")) jar.delete(key);
      else jar.set(key, value);
    },
  };
}

test("the first place that keeps what is written is taken", () => {
  const document = page();
  const storage = firstWorking([forbidden, deaf, cookies(document, true)]);
  storage.write("tio_1", "a b;c");
  assert.equal(document.cookie, "tio_1=a%20b%3Bc");
  assert.match(document.written.at(-1), /; path=\/; max-age=315360000; SameSite=Lax; Secure$/);
  assert.equal(storage.read("tio_1"), "a b;c");
  assert.equal(storage.read("io_1"), null);
  storage.remove("tio_1");
  assert.equal(storage.read("tio_1"), null);
});

test("with every place forbidden the page still remembers until it goes", () => {
  const storage = firstWorking([forbidden, deaf]);
  storage.write("__proto__", "x");
  assert.equal(storage.read("__proto__"), "x");
  assert.equal(storage.read("constructor"), null);
  storage.remove("__proto__");
  assert.equal(storage.read("__proto__"), null);
});
