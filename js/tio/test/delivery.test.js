import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as idle } from "node:timers/promises";
import { createDelivery } from "../delivery.ts";
import { createShelf } from "../shelf.ts";
import { inMemory } from "../storage.ts";

const stored = (...more) => ({ ok: true, accepted: 1, results: more, rejected: [] });
const track = (action, more) => ({ type: "track", id: "ann", action, ts: 1_700_000_000, ...more });

/** A page whose server gives the answers in turn: a status, an object, a Response, or an Error for no network. */
function wired(context, ...answers) {
  if (!context.clocked) context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_700_000_000_000 });
  context.clocked = true;
  const bodies = [];
  const beacons = [];
  const keepalives = [];
  const wire = {
    post: (body, keepalive) => {
      bodies.push(JSON.parse(body));
      keepalives.push(keepalive);
      const answer = answers.shift() ?? stored();
      if (answer instanceof Promise) return answer;
      if (answer instanceof Error) return Promise.reject(answer);
      if (answer instanceof Response) return Promise.resolve(answer);
      if (typeof answer === "number") return Promise.resolve(new Response("<html>", { status: answer }));
      return Promise.resolve(Response.json(answer, { status: answer.ok ? 200 : 400 }));
    },
    beacon: (body) => {
      beacons.push(JSON.parse(body));
      return beacons.length < 3;
    },
    alone: (work) => work(),
    random: () => 1,
  };
  return { wire, bodies, beacons, keepalives };
}

function page(context, { storage = inMemory(), name = "p1", signs = {} } = {}, ...answers) {
  const around = wired(context, ...answers);
  const shelf = createShelf(storage, "tio_s", name, Date.now);
  const delivery = createDelivery({ sid: "s" }, shelf, around.wire, (id) => signs[id]);
  const pass = async (milliseconds = 0) => {
    context.mock.timers.tick(milliseconds);
    for (let i = 0; i < 5; i++) await idle();
  };
  const sent = () => around.bodies.map((body) => body.batch.map((item) => item.action));
  const kept = () => storage.keys().filter((key) => key.includes("_m_"));
  return { ...delivery, ...around, pass, sent, kept, storage };
}

test("calls of one moment go in one batch, and what comes meanwhile in the next", async (context) => {
  let answer;
  const { send, pass, sent, bodies } = page(context, {}, new Promise((resolve) => (answer = resolve)));
  send(track("1"));
  send(track("2"));
  await pass();
  const third = send(track("3"));
  await pass();
  assert.deepEqual(sent(), [["1", "2"]]);
  answer(Response.json(stored()));
  await pass();
  await pass();
  assert.deepEqual(sent(), [["1", "2"], ["3"]]);
  assert.deepEqual(await third, { ok: true });
  assert.deepEqual([bodies[0].sid, bodies[0].sent_at], ["s", 1_700_000_000]);
});

test("each call hears its own answer", async (context) => {
  const rejected = [{ index: 1, code: "bad_id", param: "id", message: "no" }];
  const said = { ok: true, accepted: 2, results: [{ index: 2, duplicate: true }], rejected };
  const { send, pass } = page(context, {}, said);
  const answers = Promise.all(["1", "2", "3"].map((name) => send(track(name))));
  await pass();
  const [first, second, third] = await answers;
  assert.deepEqual([first, third], [{ ok: true }, { ok: true, duplicate: true }]);
  assert.deepEqual(second, { ok: false, error: { code: "bad_id", message: "no" } });
});

for (const failure of [new TypeError("no network"), 408, 429, 500, 503, 200]) {
  test(`after ${failure} the same call is sent again, with growing pauses`, async (context) => {
    const { send, bodies, pass, sent } = page(context, {}, failure, failure);
    const answer = send(track("1", { message_id: "m" }));
    await pass();
    await pass(999);
    assert.equal(bodies.length, 1);
    await pass(1);
    assert.equal(bodies.length, 2);
    await pass(1999);
    assert.equal(bodies.length, 2);
    await pass(1);
    assert.deepEqual(await answer, { ok: true });
    assert.deepEqual(sent(), [["1"], ["1"], ["1"]]);
  });
}

test("a server that says when to come again is obeyed", async (context) => {
  const busy = new Response("{}", { status: 429, headers: { "Retry-After": "17" } });
  const { send, bodies, pass } = page(context, {}, busy);
  send(track("1"));
  await pass();
  await pass(16_999);
  assert.equal(bodies.length, 1);
  await pass(1);
  assert.equal(bodies.length, 2);
});

test("when the network is back, nothing waits for the pause", async (context) => {
  const { send, wake, bodies, pass } = page(context, {}, new TypeError("offline"));
  send(track("1"));
  await pass();
  wake();
  await pass();
  assert.equal(bodies.length, 2);
});

test("a refusal of all is final and does not hold up the next call", async (context) => {
  const { send, pass } = page(context, {}, { ok: false, error: { code: "unknown_sid", message: "…" } }, 413);
  const first = send(track("1"));
  await pass();
  assert.equal((await first).error.code, "unknown_sid");
  const second = send(track("2"));
  await pass();
  assert.equal((await second).error.code, "http_413");
});

test("a call that the server always fails on holds up the others only for a while, and is given up after a day", async (context) => {
  const { send, wire, pass } = page(context);
  const seen = [];
  wire.post = (body) => {
    const names = JSON.parse(body).batch.map((item) => item.action);
    if (names.includes("poison")) return Promise.resolve(new Response("", { status: 500 }));
    seen.push(...names);
    return Promise.resolve(Response.json(stored()));
  };
  const poison = send(track("poison"));
  for (let i = 0; i < 30; i++) send(track(String(i)));
  for (let i = 0; i < 20; i++) await pass(60_000);
  assert.equal(seen.length, 30);
  await pass(24 * 3600 * 1000);
  for (let i = 0; i < 12; i++) await pass(60_000);
  assert.equal((await poison).error.code, "http_500");
});

test("a server that never answers is asked again", async (context) => {
  const { send, bodies, pass } = page(context, {}, new Promise(() => undefined));
  send(track("1"));
  await pass();
  await pass(30_000);
  await pass(1000);
  assert.equal(bodies.length, 2);
});

test("a request is small enough to outlive the page, unless one call alone is too large for that", async (context) => {
  const { send, bodies, keepalives, pass } = page(context);
  for (let i = 0; i < 5; i++) send(track("é".repeat(12_000)));
  send(track("x".repeat(70_000)));
  for (let i = 0; i < 6; i++) await pass();
  assert.deepEqual(bodies.map((body) => body.batch.length), [2, 2, 1, 1]);
  assert.deepEqual(keepalives, [true, true, true, false]);
});

test("what waits goes by beacons when the page goes, and what is safely under way does not go twice", async (context) => {
  const { send, flush, beacons, pass, kept } = page(context, {}, new Promise(() => undefined));
  send(track("under way"));
  await pass();
  for (let i = 0; i < 150; i++) send(track(`${i}`));
  flush(true);
  assert.deepEqual(beacons.map((body) => body.batch.length), [100, 50]);
  assert.equal(kept().length, 151);
});

test("what a page left behind is sent by the next one, the oldest first", async (context) => {
  const storage = inMemory();
  const gone = page(context, { storage }, new TypeError("offline"));
  gone.send(track("1"));
  gone.send(track("2"));
  await gone.pass();
  gone.flush(true);
  const next = page(context, { storage, name: "p2" });
  next.tick();
  next.send(track("3"));
  await next.pass();
  assert.deepEqual(next.sent(), [["1", "2", "3"]]);
  assert.deepEqual(storage.keys(), []);
});

test("a page that is alive keeps its own; one that fell silent is looked after", async (context) => {
  const storage = inMemory();
  const first = page(context, { storage }, ...Array(9).fill(new TypeError("offline")));
  first.send(track("1"));
  await first.pass();
  const second = page(context, { storage, name: "p2" });
  for (let i = 0; i < 4; i++) {
    first.tick();
    second.tick();
    await second.pass(10_000);
  }
  assert.deepEqual(second.sent(), []);
  await second.pass(31_000);
  second.tick();
  await second.pass();
  assert.deepEqual(second.sent(), [["1"]]);
});

test("signatures are not kept: who does not know them leaves the call to a page that does", async (context) => {
  const storage = inMemory();
  const gone = page(context, { storage }, new TypeError("offline"));
  gone.send(track("1", { sign: "C0FFEE" }));
  gone.send({ type: "alias", ts: 1, srcid: "a-1", destid: "ann", destsign: "C0FFEE" });
  await gone.pass();
  gone.flush(true);
  assert.ok(!storage.keys().some((key) => storage.read(key).includes("C0FFEE")));
  const stranger = page(context, { storage, name: "p2" });
  stranger.tick();
  await stranger.pass();
  assert.deepEqual(stranger.bodies, []);
  const ann = page(context, { storage, name: "p3", signs: { ann: "C0FFEE" } });
  ann.tick();
  await ann.pass();
  assert.deepEqual(ann.bodies[0].batch.map((item) => item.sign ?? item.destsign), ["C0FFEE", "C0FFEE"]);
});

test("what somebody else wrote into the storage is thrown away", async (context) => {
  const storage = inMemory();
  storage.write("tio_s_m_p0_1", "{");
  const { tick, bodies, pass } = page(context, { storage });
  tick();
  await pass();
  assert.deepEqual([bodies, storage.keys()], [[], []]);
});

test("a queue that is full says so", async (context) => {
  const { send } = page(context, {}, new Promise(() => undefined));
  for (let i = 0; i < 1000; i++) send(track("x"));
  assert.equal((await send(track("x"))).error.code, "queue_full");
});

test("a queue of a megabyte is full", async (context) => {
  const { send } = page(context, {}, new Promise(() => undefined));
  for (let i = 0; i < 33; i++) send(track("x".repeat(30_000)));
  assert.equal((await send(track("x".repeat(30_000)))).error.code, "queue_full");
});

test("what waits can be forgotten", async (context) => {
  const { send, clear, bodies, pass, kept } = page(context);
  const answer = send(track("1"));
  clear();
  await pass();
  assert.equal((await answer).error.code, "opted_out");
  assert.deepEqual([bodies, kept()], [[], []]);
});
