import { base62, type RandomBytes } from "./random.ts";
import type { Storage } from "./storage.ts";

/** Who the visitor of this page is. */
export interface Identity {
  /** The current id; a visitor nobody knows yet gets an anonymous one, kept from now on. */
  current(): string;
  /** The signature that came with the id, if this tab knows it. */
  signOf(id: unknown): string | undefined;
  become(id: string, sign?: string): void;
  forget(): void;
}

/**
 * Returns the identity that `lasting` storage keeps between pages. A signature goes into `session` storage only: it
 * proves who somebody is. Both are read anew at each call, so that a login in another tab counts here at once.
 */
export function createIdentity(key: string, lasting: Storage, session: Storage, random: RandomBytes): Identity {
  function current(): string {
    var id = lasting.read(key);
    if (!id) {
      id = "a-" + base62(23, random);
      lasting.write(key, id);
    }
    return id;
  }

  function signOf(id: unknown): string | undefined {
    var kept = session.read(key);
    var space = kept ? kept.indexOf(" ") : -1;
    return kept && kept.slice(space + 1) === id ? kept.slice(0, space) : undefined;
  }

  function become(id: string, sign?: string): void {
    lasting.write(key, id);
    if (sign) session.write(key, sign + " " + id);
  }

  function forget(): void {
    lasting.remove(key);
    session.remove(key);
    current();
  }

  return { current, signOf, become, forget };
}

export function isAnonymous(id: string): boolean {
  return id.slice(0, 2) === "a-";
}

// What programs send by mistake, as the server has it: shared by everybody, such an id would glue thousands together.
var RESERVED =
  /^(anon|anonymous|guest|nil|none|null|undefined|nan|n\/a|0|-1|true|false|id|distinct_id|user|[0-]{36}|\[object object\])$/i;
var CONTROL = /[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;

/** Returns the id of a known person as the server takes it, or throws: from a wrong id there would be no way back. */
export function knownId(id: unknown): string {
  var text = typeof id === "number" ? String(id) : id;
  if (typeof text !== "string" || !text) throw new Error("the id must be a text that is not empty");
  if (isAnonymous(text)) throw new Error("ids that start with a- are for visitors nobody knows yet");
  if (text !== text.trim() || CONTROL.test(text)) throw new Error("the id has blanks around it or control characters");
  if (RESERVED.test(text)) throw new Error("many people would share the id " + text + " by mistake");
  if (encodeURIComponent(text).replace(/%../g, "-").length > 255) throw new Error("the id is longer than 255 bytes");
  return text;
}
