import assert from "node:assert/strict";
import { test } from "node:test";
import { assumedFor, createChoice } from "../consent.ts";
import { inMemory } from "../storage.ts";

const open = (assumed, storage) => createChoice(assumed, storage, "choice");

test("asking what is allowed writes nothing", () => {
  const storage = { ...inMemory(), write: () => assert.fail("written"), remove: () => assert.fail("removed") };
  for (const assumed of ["granted", "pending", "denied"]) assert.equal(open(assumed, storage).state(), assumed);
});

for (const [assumed, decision, kept] of [
  ["granted", "denied", "denied"],
  ["granted", "granted", null],
  ["pending", "granted", "granted"],
  ["pending", "denied", null],
  ["denied", "granted", "granted"],
  ["denied", "denied", null],
]) {
  test(`where ${assumed} is assumed, ${decision} is ${kept ? "" : "not "}remembered`, () => {
    const storage = inMemory();
    const choice = open(assumed, storage);
    choice.decide(decision);
    assert.equal(choice.state(), decision);
    assert.equal(storage.read("choice"), kept);
    assert.equal(open(assumed, storage).state(), kept ?? assumed);
  });
}

test("a decision can be taken back", () => {
  const storage = inMemory();
  open("granted", storage).decide("denied");
  open("granted", storage).decide("granted");
  assert.deepEqual(storage.keys(), []);
});

test("a browser that asks not to be followed is not: by GPC always, by DNT where the page says so", () => {
  assert.equal(assumedFor({ globalPrivacyControl: true }, "granted", false), "denied");
  assert.equal(assumedFor({ doNotTrack: "1" }, undefined, true), "denied");
  assert.equal(assumedFor({ doNotTrack: "1" }, undefined, false), "granted");
  assert.equal(assumedFor({}, "pending", true), "pending");
  assert.equal(assumedFor({}, "perhaps", false), "granted");
});
