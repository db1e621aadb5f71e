import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as later } from "node:timers/promises";
import { createPages } from "../pages.ts";

/** A browser tab at an address, and what was seen in it. */
function tab(address, { fragments = false, referrer = "" } = {}) {
  const listeners = {};
  const go = (url) => (location.href = new URL(url, location.href).href);
  const location = {
    href: address,
    get pathname() {
      return new URL(this.href).pathname;
    },
  };
  const history = { pushState: (state, title, url) => go(url), replaceState: (state, title, url) => url && go(url) };
  const document = { title: "Shop", referrer };
  const addEventListener = (name, listener) => (listeners[name] = listener);
  const pages = createPages({ location, history, document, addEventListener, setTimeout }, ["pin"], fragments);
  const seen = [];
  pages.watch(1000, (view, at) => seen.push({ ...view, at }));
  const happen = (name, event) => listeners[name](event);
  return { seen, history, document, go, happen, names: () => seen.map((view) => view.page) };
}

test("the page that was opened is seen with its title, where it was come from, and the campaign", () => {
  const { seen } = tab("https://ann:pw@shop.example/x?utm_source=ad&pin=1#y", { referrer: "https://b.example/?token=1#z" });
  assert.deepEqual(seen, [
    {
      page: "/x",
      url: "https://shop.example/x?utm_source=ad&pin=hidden",
      title: "Shop",
      referrer: "https://b.example/?token=hidden",
      utm_source: "ad",
      at: 1000,
    },
  ]);
});

test("each new address is a page, with the title that is set right after it", async () => {
  const { seen, history, document, go, happen, names } = tab("https://shop.example/");
  history.pushState({}, "", "/a?q=1");
  document.title = "A";
  await later(1);
  history.replaceState({}, "", "/b");
  await later(1);
  go("/a?q=1");
  happen("popstate");
  await later(1);
  assert.deepEqual(names(), ["/", "/a", "/b", "/a"]);
  assert.deepEqual([seen[1].title, seen[1].referrer], ["A", "https://shop.example/"]);
  assert.ok(seen[1].at > 1000);
});

test("the same address, a fragment, a state without an address and a page passed by are no pages", async () => {
  const { history, happen, go, names } = tab("https://shop.example/");
  history.replaceState({}, "", "/");
  history.replaceState({}, "");
  go("/#reviews");
  happen("hashchange");
  history.pushState({}, "", "/passed");
  history.pushState({}, "", "/");
  await later(1);
  assert.deepEqual(names(), ["/"]);
});

test("where fragments name pages, they are pages", async () => {
  const { go, happen, names } = tab("https://app.example/#/in", { fragments: true });
  go("#/out?token=1");
  happen("hashchange");
  await later(1);
  assert.deepEqual(names(), ["/#/in", "/#/out?token=hidden"]);
});

test("a page that comes back from the browser's cache is seen again", () => {
  const { happen, names } = tab("https://shop.example/");
  happen("pageshow", { persisted: false });
  happen("pageshow", { persisted: true });
  assert.deepEqual(names(), ["/", "/"]);
});
