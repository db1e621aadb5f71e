import assert from "node:assert/strict";
import { test } from "node:test";
import { inMemory } from "../storage.ts";
import { createTouches } from "../touches.ts";

const BROWSER = { language: "en-GB", screen: "800x600" };
const IS_BROWSER = { browser_language: "en-GB", browser_screen: "800x600" };
const settled = () => new Promise(setImmediate);

/** Opens a page as somebody, and returns what was set of whom. */
async function visit(storage, ids, { address = "https://shop.example/", referrer = "", browser = BROWSER, ok = true } = {}) {
  const set = [];
  const landing = { address, page: "/", referrer };
  const touches = createTouches(storage, "told", landing, browser, (facts) => {
    set.push(facts);
    return Promise.resolve({ ok });
  });
  for (const id of ids) {
    if (id) touches.tell(id);
    else touches.forget();
    await settled();
  }
  return set;
}

const AD = { address: "https://shop.example/?utm_source=news&gclid=1", referrer: "https://mail.example/in" };
const BY_AD = { utm_source: "news", gclid: "1", referrer: "https://mail.example/in" };
const named = (prefix, facts) => Object.fromEntries(Object.entries(facts).map(([key, value]) => [prefix + key, value]));

test("a visitor's first touch is told once, his last touch whenever something led here", async () => {
  const storage = inMemory();
  const first = named("first_", { page: "/", ...BY_AD });
  assert.deepEqual(await visit(storage, ["a-1"], AD), [{ ...first, ...named("last_", BY_AD), ...IS_BROWSER }]);
  assert.deepEqual(await visit(storage, ["a-1"]), []);
  assert.deepEqual(await visit(storage, ["a-1"], { referrer: "https://shop.example/cart" }), []);
  const search = { referrer: "https://search.example/" };
  const gone = { last_utm_source: null, last_gclid: null };
  assert.deepEqual(await visit(storage, ["a-1"], search), [{ ...gone, last_referrer: "https://search.example/" }]);
});

test("a person identified later is told the last touch, for the first one comes along with the visitor", async () => {
  const set = await visit(inMemory(), ["a-1", "ann"], AD);
  assert.deepEqual(set[1], { ...named("last_", BY_AD), ...IS_BROWSER });
});

test("an identified person on a new page is told only what changed", async () => {
  const storage = inMemory();
  await visit(storage, ["a-1", "ann"]);
  assert.deepEqual(await visit(storage, ["ann"], { browser: { ...BROWSER, language: "fr" } }), [{ browser_language: "fr" }]);
});

test("the next visitor after a reset did not come by the same advertisement", async () => {
  const set = await visit(inMemory(), ["a-1", null, "a-2"], AD);
  assert.deepEqual(set[1], { first_page: "/", ...IS_BROWSER });
});

test("what was refused is told again", async () => {
  const storage = inMemory();
  await visit(storage, ["a-1"], { ok: false });
  assert.equal((await visit(storage, ["a-1"])).length, 1);
});

test("what somebody else wrote into the storage is no record", async () => {
  for (const junk of ["{", "null", "[]", '{"id": 1}']) {
    const storage = inMemory();
    storage.write("told", junk);
    assert.equal((await visit(storage, ["a-1"])).length, 1);
  }
});
