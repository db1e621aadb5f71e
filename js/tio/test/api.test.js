import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi } from "../api.ts";
import { createIdentity } from "../identity.ts";
import { inMemory } from "../storage.ts";

const random = (bytes) => crypto.getRandomValues(bytes);

/** The methods, and the messages they sent with what differs from run to run taken out. */
function library() {
  const raw = [];
  const changes = [];
  const identity = createIdentity("tio_s", inMemory(), inMemory(), random);
  const api = createApi({
    identity,
    random,
    now: Date.now,
    send: (item) => {
      raw.push(JSON.parse(JSON.stringify(item)));
      return Promise.resolve({ ok: true });
    },
    changed: (fresh) => changes.push([identity.current(), fresh]),
  });
  const sent = () => raw.map(({ ts, message_id, ...rest }) => rest);
  return { ...api, visitor: identity.current(), raw, sent, changes };
}

test("each message has the time and an id of its own", () => {
  const { track, raw } = library();
  track("Visit");
  track("Visit");
  assert.ok(Math.abs(raw[0].ts - Date.now() / 1000) < 5);
  assert.notEqual(raw[0].message_id, raw[1].message_id);
});

test("identify merges the visitor, then later messages are the person's", () => {
  const { identify, track, setProperties, visitor, sent } = library();
  track("Visit", { page: 1 });
  identify("ann", "C0FFEE");
  setProperties({ plan: null });
  assert.deepEqual(sent(), [
    { type: "track", id: visitor, action: "Visit", data: { page: 1 } },
    { type: "alias", srcid: visitor, destid: "ann", destsign: "C0FFEE", reason: "identify" },
    { type: "set", id: "ann", sign: "C0FFEE", data: { plan: null } },
  ]);
});

test("from a known person identify only switches, and the same id again is nothing", async () => {
  const { identify, track, sent } = library();
  identify("ann", "C0FFEE");
  assert.deepEqual(await identify("ann"), { ok: true, unchanged: true });
  assert.deepEqual(await identify("bob"), { ok: true, merged: false });
  track("Visit");
  assert.deepEqual(sent().slice(1), [{ type: "track", id: "bob", action: "Visit" }]);
});

test("a refused id leaves the visitor as he was", () => {
  const { identify, track, visitor, sent } = library();
  assert.throws(() => identify("undefined"));
  track("Visit");
  assert.equal(sent()[0].id, visitor);
});

test("after reset a new visitor is at the page", () => {
  const { identify, reset, track, visitor, sent } = library();
  identify("ann");
  reset();
  track("Visit");
  assert.match(sent()[1].id, /^a-/);
  assert.notEqual(sent()[1].id, visitor);
});

test("carts are set, cancelled and purchased", () => {
  const { setCart, cancelCart, purchaseCart, identify, visitor, sent } = library();
  const cart = { totalprice: 3.98, products: [{ name: "Zephir 1kg pack", price: 1.99 }] };
  setCart(cart);
  cancelCart();
  identify("ann", "C0FFEE");
  purchaseCart(cart);
  assert.deepEqual(sent().filter((item) => item.type === "cart"), [
    { type: "cart", id: visitor, op: "set", cart },
    { type: "cart", id: visitor, op: "cancel" },
    { type: "cart", id: "ann", sign: "C0FFEE", op: "purchase", cart },
  ]);
});

test("others hear when somebody else is at the page", () => {
  const { identify, reset, changes } = library();
  identify("ann");
  identify("ann");
  reset();
  assert.deepEqual(changes.map(([, fresh]) => fresh), [false, true]);
  assert.equal(changes[0][0], "ann");
});

test("alias says who becomes whom", () => {
  const { alias, sent } = library();
  alias("old", "new", "BEEF");
  assert.deepEqual(sent(), [{ type: "alias", srcid: "old", destid: "new", destsign: "BEEF", reason: "alias" }]);
});
