import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi } from "../api.ts";
import { createIdentity } from "../identity.ts";
import { inMemory } from "../storage.ts";

const random = (bytes) => crypto.getRandomValues(bytes);

/** The methods, and the messages they sent with what differs from run to run taken out. */
function library() {
  const raw = [];
  const transport = {
    send: (path, body) => {
      raw.push({ path, ...JSON.parse(body) });
      return Promise.resolve({ ok: true });
    },
  };
  const identity = createIdentity("tio_s", inMemory(), inMemory(), random);
  const sent = () => raw.map(({ sid, ts, message_id, ...rest }) => rest);
  return { ...createApi("s", identity, transport, random), visitor: identity.current(), raw, sent };
}

test("each message has the token, the time and an id of its own", () => {
  const { track, raw } = library();
  track("Visit");
  track("Visit");
  assert.equal(raw[0].sid, "s");
  assert.ok(Math.abs(raw[0].ts - Date.now() / 1000) < 5);
  assert.notEqual(raw[0].message_id, raw[1].message_id);
});

test("identify merges the visitor, then later messages are the person's", () => {
  const { identify, track, setProperties, visitor, sent } = library();
  track("Visit", { page: 1 });
  identify("ann", "C0FFEE");
  setProperties({ plan: null });
  assert.deepEqual(sent(), [
    { path: "/track", id: visitor, action: "Visit", data: { page: 1 } },
    { path: "/alias", srcid: visitor, destid: "ann", destsign: "C0FFEE", reason: "identify" },
    { path: "/set", id: "ann", sign: "C0FFEE", data: { plan: null } },
  ]);
});

test("from a known person identify only switches, and the same id again is nothing", async () => {
  const { identify, track, sent } = library();
  identify("ann", "C0FFEE");
  assert.deepEqual(await identify("ann"), { ok: true, unchanged: true });
  assert.deepEqual(await identify("bob"), { ok: true, merged: false });
  track("Visit");
  assert.deepEqual(sent().slice(1), [{ path: "/track", id: "bob", action: "Visit" }]);
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

test("what the page changes after the call is not sent", () => {
  const { track, sent } = library();
  const args = { n: 1 };
  track("Visit", args);
  args.n = 2;
  assert.deepEqual(sent()[0].data, { n: 1 });
});

test("alias says who becomes whom", () => {
  const { alias, sent } = library();
  alias("old", "new", "BEEF");
  assert.deepEqual(sent(), [{ path: "/alias", srcid: "old", destid: "new", destsign: "BEEF", reason: "alias" }]);
});
