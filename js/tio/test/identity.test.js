import assert from "node:assert/strict";
import { test } from "node:test";
import { createIdentity, knownId } from "../identity.ts";
import { inMemory } from "../storage.ts";

const random = (bytes) => crypto.getRandomValues(bytes);

test("a visitor gets one anonymous id and keeps it", () => {
  const lasting = inMemory();
  const id = createIdentity("tio_1", lasting, inMemory(), random).current();
  assert.match(id, /^a-[0-9A-Za-z]{23}$/);
  assert.equal(createIdentity("tio_1", lasting, inMemory(), random).current(), id);
  assert.notEqual(createIdentity("tio_2", lasting, inMemory(), random).current(), id);
});

test("the signature lives in the session and serves its own id only", () => {
  const lasting = inMemory();
  const session = inMemory();
  const identity = createIdentity("tio_1", lasting, session, random);
  identity.become("ann the first", "C0FFEE");
  assert.equal(lasting.read("tio_1"), "ann the first");
  assert.equal(identity.signOf("ann the first"), "C0FFEE");
  assert.equal(identity.signOf("bob"), undefined);
  lasting.write("tio_1", "bob");
  assert.equal(identity.current(), "bob");
  assert.equal(createIdentity("tio_1", lasting, inMemory(), random).signOf("ann the first"), undefined);
});

test("forgetting a person makes a new visitor", () => {
  const identity = createIdentity("tio_1", inMemory(), inMemory(), random);
  const before = identity.current();
  identity.become("ann", "C0FFEE");
  identity.forget();
  assert.match(identity.current(), /^a-/);
  assert.notEqual(identity.current(), before);
  assert.equal(identity.signOf("ann"), undefined);
});

test("an id that would glue people together, or that the server refuses, is refused here", () => {
  for (const wrong of ["", " ann", "ann\n", "undefined", "NULL", "[object Object]", "a-x123", "ann\0", "é".repeat(128)]) {
    assert.throws(() => knownId(wrong), Error, JSON.stringify(wrong));
  }
  for (const wrong of [undefined, null, {}, [], true, NaN, 0]) assert.throws(() => knownId(wrong));
});

test("any other text is an id, and a number is its digits", () => {
  for (const id of ["unicorn", "A-1", "0005115", "é".repeat(127), "ann@example.com", "用户"]) assert.equal(knownId(id), id);
  assert.equal(knownId(5115), "5115");
});
