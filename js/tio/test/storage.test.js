import assert from "node:assert/strict";
import { test } from "node:test";
import { clear, cookies, layered, inMemory, webStorage } from "../storage.ts";

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
  const storage = layered([forbidden, deaf, cookies(document, true)]);
  storage.write("tio_1", "a b;c");
  assert.equal(document.cookie, "tio_1=a%20b%3Bc");
  assert.match(document.written.at(-1), /; path=\/; max-age=315360000; SameSite=Lax; Secure$/);
  assert.equal(storage.read("tio_1"), "a b;c");
  assert.equal(storage.read("io_1"), null);
  storage.remove("tio_1");
  assert.equal(storage.read("tio_1"), null);
});

test("with every place forbidden the page still remembers until it goes", () => {
  const storage = layered([forbidden, deaf]);
  storage.write("__proto__", "x");
  assert.equal(storage.read("__proto__"), "x");
  assert.equal(storage.read("constructor"), null);
  storage.remove("__proto__");
  assert.equal(storage.read("__proto__"), null);
});

test("what a full place does not take is kept until the page goes", () => {
  const place = inMemory();
  let full = false;
  const storage = layered([
    () => ({
      ...place,
      write: (key, value) => {
        if (full) throw new Error("QuotaExceededError");
        place.write(key, value);
      },
    }),
  ]);
  storage.write("a", "1");
  full = true;
  storage.write("a", "2");
  assert.deepEqual([storage.read("a"), place.read("a")], ["2", null]);
  full = false;
  storage.write("a", "3");
  assert.deepEqual([storage.read("a"), place.read("a")], ["3", "3"]);
});

test("what a place kept before it was full is still known", () => {
  const place = inMemory();
  place.write("a", "1");
  const full = { ...place, write: () => assert.fail("QuotaExceededError") };
  const document = page();
  const storage = layered([() => full, cookies(document, false)]);
  assert.equal(storage.read("a"), "1");
  storage.write("a", "2");
  assert.deepEqual([storage.read("a"), document.cookie], ["2", "a=2"]);
});

test("a place that is forbidden later on does no harm", () => {
  let forbidden = false;
  const memory = inMemory();
  const place = {};
  for (const name of ["read", "write", "remove", "keys"]) {
    place[name] = (...args) => {
      if (forbidden) throw new Error("SecurityError");
      return memory[name](...args);
    };
  }
  const storage = layered([() => place]);
  forbidden = true;
  storage.write("a", "1");
  storage.remove("b");
  assert.deepEqual([storage.read("a"), storage.read("b"), storage.keys()], ["1", null, ["a"]]);
});

test("what is ours can be cleared without touching what is not", () => {
  const storage = inMemory();
  for (const key of ["tio_1", "tio_1_told", "tio_2", "cart"]) storage.write(key, "x");
  clear(storage, "tio_1");
  assert.deepEqual(storage.keys(), ["tio_2", "cart"]);
});
