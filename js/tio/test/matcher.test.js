import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { matches } from "../matcher.ts";

const { vectors } = JSON.parse(readFileSync(new URL("url_vectors.json", import.meta.url), "utf8"));

test("patterns match the addresses that the server's matcher matches", () => {
  assert.ok(vectors.length > 100);
  for (const { expression, url, matches: expected } of vectors) {
    assert.equal(matches(expression, url), expected, `${expression.slice(0, 80)} on ${url.slice(0, 80)}`);
  }
});
