import assert from "node:assert/strict";
import { test } from "node:test";
import { campaignOf, cleaned, hostOf } from "../address.ts";

const clean = (address, hide = [], fragment = false) => cleaned(address, hide, fragment);

test("secrets in an address are hidden, all else stays as it is", () => {
  assert.equal(clean("https://a.example/x?q=night%20ferry&page=2"), "https://a.example/x?q=night%20ferry&page=2");
  const secret = ["token=1", "access_token=1", "accessToken=1", "code=4/0A", "PASSWORD=x", "user_email=ann", "sign=C0FFEE"];
  for (const pair of [...secret, "q=ann@example.com", "q=ann%40example.com", "x=eyJhbGci.eyJzdWIi.c2ln"]) {
    const name = pair.split("=")[0];
    assert.equal(clean(`https://a.example/x?a=1&${pair}&b=2`), `https://a.example/x?a=1&${name}=hidden&b=2`);
  }
  for (const harmless of ["country_code=US", "keyword=ferry", "at=@51.5,0.1", "monkey=1"]) {
    assert.equal(clean(`https://a.example/x?${harmless}`), `https://a.example/x?${harmless}`);
  }
});

test("a site adds names of its own", () => {
  assert.equal(clean("https://a.example/?patient=7&n=1", ["patient"]), "https://a.example/?patient=hidden&n=1");
  assert.equal(clean("https://a.example/?my%20id=7", ["my id"]), "https://a.example/?my%20id=hidden");
});

test("user, password and what stands behind # are left out, unless # names pages", () => {
  assert.equal(clean("https://ann:pw@a.example/x#access_token=1"), "https://a.example/x");
  assert.equal(clean("https://a.example/#/inbox?token=1&n=2", [], true), "https://a.example/#/inbox?token=hidden&n=2");
  assert.equal(clean("https://a.example/#access_token=1", [], true), "https://a.example/#access_token=hidden");
});

test("a very long address is cut", () => {
  assert.equal(clean("https://a.example/" + "x".repeat(5000)).length, 2000);
});

test("the campaign is what the query says of it", () => {
  const query = "?utm_source=news+letter&utm_campaign=%C3%A9t%C3%A9&gclid=C1&utm_evil=1&x=2&utm_term=&__proto__=1#utm_medium=no";
  assert.deepEqual(campaignOf("https://a.example/" + query), { utm_source: "news letter", utm_campaign: "été", gclid: "C1" });
  assert.deepEqual(campaignOf("https://a.example/"), {});
  assert.deepEqual(campaignOf("?utm_source=%zz&utm_content=ann@example.com"), { utm_source: "%zz" });
});

test("the host of an address", () => {
  assert.equal(hostOf("https://a.example:8/x"), "a.example:8");
  assert.equal(hostOf(""), "");
});
