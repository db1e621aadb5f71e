import { campaignOf, hostOf } from "./address.ts";
import { isAnonymous } from "./identity.ts";
import { json } from "./json.ts";
import type { Storage } from "./storage.ts";

export type Facts = Record<string, string | null>;

/** How somebody came to this page. */
export interface Landing {
  address: string;
  page: string;
  /** The address that led here, as it may be kept. */
  referrer: string;
}

/** Says of the person at the page how he came the first and the last time, and what his browser is like. */
export interface Touches {
  /** Says what is new since the last time; the first touch only of somebody nobody knows yet. */
  tell(id: string): void;
  forget(): void;
}

interface Told {
  id: string;
  facts: Facts;
}

/**
 * Returns the touches, which `set` the person's properties: first_… once for each visitor, last_… whenever a campaign
 * or another site led here, browser_… when they change.
 */
export function createTouches(
  storage: Storage,
  key: string,
  landing: Landing,
  browser: Facts,
  set: (facts: Facts) => Promise<{ ok: boolean }>,
): Touches {
  var told = read();
  var touch = touchOf(landing);

  function read(): Told | undefined {
    try {
      var kept = JSON.parse(storage.read(key) || "");
      return typeof kept.id === "string" && kept.facts ? kept : undefined;
    } catch (broken) {
      return undefined;
    }
  }

  function tell(id: string): void {
    var known = told && told.id === id ? told.facts : {};
    var facts = current(told ? told.facts : {});
    var news = changesOf(known, facts);
    if (!told && isAnonymous(id)) add(news, "first_", touch).first_page = landing.page;
    told = { id, facts };
    if (!Object.keys(news).length) return;
    var kept = json(told);
    set(news).then((answer) => {
      if (answer.ok) storage.write(key, kept);
    });
  }

  /** What is true now: a visit that nothing led to leaves the last touch as it was. */
  function current(before: Facts): Facts {
    var facts: Facts = {};
    if (Object.keys(touch).length) add(facts, "last_", touch);
    else Object.keys(before).forEach((name) => name.slice(0, 5) === "last_" && (facts[name] = before[name]!));
    return add(facts, "browser_", browser);
  }

  function forget(): void {
    told = undefined;
    touch = {};
    storage.remove(key);
  }

  return { tell, forget };
}

function touchOf(landing: Landing): Facts {
  var touch: Facts = campaignOf(landing.address);
  var host = hostOf(landing.referrer);
  if (host && host !== hostOf(landing.address)) touch.referrer = landing.referrer;
  return touch;
}

function changesOf(before: Facts, after: Facts): Facts {
  var changes: Facts = {};
  Object.keys(before).forEach((name) => {
    if (!(name in after)) changes[name] = null;
  });
  Object.keys(after).forEach((name) => {
    if (before[name] !== after[name]) changes[name] = after[name]!;
  });
  return changes;
}

function add(facts: Facts, prefix: string, more: Facts): Facts {
  Object.keys(more).forEach((name) => {
    facts[prefix + name] = more[name]!;
  });
  return facts;
}
