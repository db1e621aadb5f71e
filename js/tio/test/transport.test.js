import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as idle } from "node:timers/promises";
import { createTransport } from "../transport.ts";

/** A transport whose server gives the answers in turn (a status, an object, or an Error for no network). */
function wired(context, ...answers) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const posted = [];
  const post = (url, body) => {
    posted.push(`${url} ${body}`);
    const answer = answers.shift() ?? { ok: true };
    if (answer instanceof Promise) return answer;
    if (answer instanceof Error) return Promise.reject(answer);
    if (typeof answer === "number") return Promise.resolve(new Response("<html>", { status: answer }));
    return Promise.resolve(Response.json(answer, { status: answer.ok ? 200 : 400 }));
  };
  const pass = async (milliseconds) => {
    context.mock.timers.tick(milliseconds);
    await idle();
  };
  return { ...createTransport("http://t", post, () => 1), posted, pass };
}

test("messages go one by one, in order", async (context) => {
  let answer;
  const { send, posted } = wired(context, new Promise((resolve) => (answer = resolve)));
  send("/track", "1");
  const second = send("/track", "2");
  await idle();
  assert.deepEqual(posted, ["http://t/track 1"]);
  answer(Response.json({ ok: true, seq: 1 }));
  assert.deepEqual(await second, { ok: true });
  assert.deepEqual(posted, ["http://t/track 1", "http://t/track 2"]);
});

for (const failure of [new TypeError("no network"), 408, 429, 500, 503, 200]) {
  test(`after ${failure} the same message is sent again, with growing pauses`, async (context) => {
    const { send, posted, pass } = wired(context, failure, failure);
    const answer = send("/track", "1");
    await idle();
    await pass(999);
    assert.equal(posted.length, 1);
    await pass(1);
    assert.equal(posted.length, 2);
    await pass(1999);
    assert.equal(posted.length, 2);
    await pass(1);
    assert.deepEqual(await answer, { ok: true });
    assert.deepEqual(new Set(posted), new Set(["http://t/track 1"]));
  });
}

test("a refusal is final and does not hold up the next message", async (context) => {
  const refused = { ok: false, error: { code: "bad_id", message: "…" } };
  const { send } = wired(context, refused, 413);
  assert.deepEqual(await send("/track", "1"), refused);
  assert.equal((await send("/track", "2")).error.code, "http_413");
  assert.deepEqual(await send("/track", "3"), { ok: true });
});

test("a message that the server fails on again and again is given up at last", async (context) => {
  const { send, posted, pass } = wired(context, ...Array(10).fill(500));
  const poison = send("/track", "poison");
  const next = send("/track", "next");
  for (let i = 0; i < 10; i++) {
    await idle();
    await pass(60_000);
  }
  assert.equal((await poison).error.code, "http_500");
  assert.deepEqual(await next, { ok: true });
  assert.equal(posted.length, 11);
});

test("a server that never answers is asked again", async (context) => {
  const { send, posted, pass } = wired(context, new Promise(() => undefined));
  send("/track", "1");
  await pass(30_000);
  await pass(1000);
  assert.equal(posted.length, 2);
});

test("what waits is handed over at once when the page goes", async (context) => {
  const { send, flush, posted } = wired(context, new Promise(() => undefined), new TypeError("gone"));
  for (const body of ["1", "2", "3"]) send("/track", body);
  flush();
  await idle();
  assert.deepEqual(posted, ["http://t/track 1", "http://t/track 2", "http://t/track 3"]);
});

test("a queue that is full says so", async (context) => {
  const { send } = wired(context, new Promise(() => undefined));
  for (let i = 0; i < 1000; i++) send("/track", "x");
  assert.equal((await send("/track", "x")).error.code, "queue_full");
});
