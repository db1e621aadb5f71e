import type { Storage } from "./storage.ts";

/** A message as it is kept: `key` says which page made it and when. */
export interface Kept {
  key: string;
  text: string;
}

/** Messages that outlive their page, until some page hears that they are stored. */
export interface Shelf {
  /** Keeps a message and returns its key. */
  keep(text: string): string;
  drop(key: string): void;
  /** Says that the pages which made these messages are looked after, for half a minute from now. */
  hold(keys: string[]): void;
  /** Says that this page looks after none any more. */
  leave(): void;
  /** Returns the messages nobody looks after, the oldest first. */
  orphans(): Kept[];
}

var SILENCE = 30000;

/**
 * Returns the shelf of one page. Each message has a key of its own, so no tab overwrites what another one keeps. Two
 * pages may take the same message at the same moment: the server stores it once, by its message_id.
 */
export function createShelf(storage: Storage, prefix: string, page: string, now: () => number): Shelf {
  var messages = prefix + "_m_";
  var pages = prefix + "_p_";
  var held: Record<string, true> = Object.create(null);
  var last = 0;

  function keep(text: string): string {
    last = Math.max(last + 1, now() * 1000);
    var key = messages + page + "_" + last.toString(36);
    storage.write(key, text);
    return key;
  }

  function pageOf(key: string): string {
    return key.slice(messages.length).split("_")[0]!;
  }

  function hold(keys: string[]): void {
    keys.map(pageOf).forEach((each) => {
      held[each] = true;
    });
    Object.keys(held).forEach((each) => storage.write(pages + each, String(now())));
  }

  function leave(): void {
    Object.keys(held).forEach((each) => storage.remove(pages + each));
    held = Object.create(null);
  }

  function isSilent(key: string): boolean {
    var age = now() - Number(storage.read(pages + pageOf(key)));
    return pageOf(key) !== page && (age > SILENCE || age < 0);
  }

  function orphans(): Kept[] {
    return storage
      .keys()
      .filter((key) => key.slice(0, messages.length) === messages && isSilent(key))
      .sort((a, b) => (a.split("_").pop()! < b.split("_").pop()! ? -1 : 1))
      .map((key) => ({ key, text: storage.read(key) || "" }));
  }

  return { keep, drop: storage.remove, hold, leave, orphans };
}
