import assert from "node:assert/strict";
import { test } from "node:test";
import { json } from "../json.ts";

test("arrays stay arrays on pages that teach them another JSON", () => {
  Array.prototype.toJSON = () => "taught";
  try {
    assert.equal(json({ list: [1, [2]] }), '{"list":[1,[2]]}');
    assert.throws(() => json([1n]));
    assert.equal(JSON.stringify([1]), '"taught"');
  } finally {
    delete Array.prototype.toJSON;
  }
});
