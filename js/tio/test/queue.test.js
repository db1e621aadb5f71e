import assert from "node:assert/strict";
import { test } from "node:test";
import { install } from "../queue.ts";

/** Installs a library with one method into the array, and returns what was called and what was warned of. */
function installed(tio) {
  const calls = [];
  const warnings = [];
  const methods = {
    track: (...args) => {
      if (args[0] === "boom") throw new Error("boom");
      calls.push(args);
      return Promise.resolve(args[0] === "bad" ? { ok: false, error: { code: "no", message: "no" } } : { ok: true });
    },
  };
  install(tio, methods, (message) => warnings.push(message));
  return { calls, warnings };
}

test("waiting calls are made in order, in the same array", async () => {
  const tio = [["track", "a", { n: 1 }], ["track", "b"]];
  const { calls } = installed(tio);
  assert.deepEqual(calls, [["a", { n: 1 }], ["b"]]);
  assert.equal(tio.length, 0);
  assert.deepEqual(await tio.track("c"), { ok: true });
  tio.push(["track", "d"], ["track", "e"]);
  assert.deepEqual(calls.slice(2), [["c"], ["d"], ["e"]]);
});

test("an early call hears its answer", async () => {
  const call = ["track", "a"];
  const answer = new Promise((done) => (call.done = done));
  installed([call]);
  assert.deepEqual(await answer, { ok: true });
});

test("a call that throws neither stops the others nor reaches the page", async () => {
  const tio = [["track", "boom"], ["track", "after"]];
  const { calls, warnings } = installed(tio);
  assert.deepEqual(calls, [["after"]]);
  assert.equal((await tio.track("boom")).error.code, "bad_call");
  assert.deepEqual(warnings, ["track was not recorded: boom", "track was not recorded: boom"]);
});

test("an unknown method warns once", () => {
  const tio = [["trak", 1], ["trak", 2]];
  const { warnings } = installed(tio);
  tio.push(["trak", 3]);
  assert.deepEqual(warnings, ["there is no method trak"]);
});

test("names of every object's own machinery, and what is no call at all, do nothing", () => {
  const tio = [["__proto__", { polluted: 1 }], ["constructor", 1], ["hasOwnProperty", "x"], null, undefined, 5, "track", []];
  const { calls } = installed(tio);
  assert.deepEqual(calls, []);
  assert.equal({}.polluted, undefined);
});

test("a refusal is warned of", async () => {
  const tio = [];
  const { warnings } = installed(tio);
  await tio.track("bad");
  assert.deepEqual(warnings, ["track was not recorded: no"]);
});
