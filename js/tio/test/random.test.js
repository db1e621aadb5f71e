import assert from "node:assert/strict";
import { test } from "node:test";
import { base62, uuid } from "../random.ts";

const random = (bytes) => crypto.getRandomValues(bytes);
const given = (...bytes) => (array) => array.map(() => bytes.shift() ?? 255);

test("base62 throws away the bytes that would make some characters likelier", () => {
  assert.equal(base62(4, given(0, 61, 62, 247)), "0z0z");
  assert.equal(base62(2, given(248, 255, 1, 2)), "12");
});

test("every character of base62 comes equally often", () => {
  const counts = {};
  for (let i = 0; i < 620; i++) {
    for (const character of base62(1000, random)) counts[character] = (counts[character] ?? 0) + 1;
  }
  assert.equal(Object.keys(counts).length, 62);
  // 10,000 each with a deviation of 99: six of them are never seen by chance, a bias of modulo 62 would be 25 %.
  for (const count of Object.values(counts)) assert.ok(Math.abs(count - 10_000) < 600, `${count}`);
});

test("ids never repeat", () => {
  const seen = new Set();
  for (let i = 0; i < 100_000; i++) seen.add(base62(23, random));
  assert.equal(seen.size, 100_000);
});

test("uuid is of version 4", () => {
  for (let i = 0; i < 1000; i++) {
    assert.match(uuid(random), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});
