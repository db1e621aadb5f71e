import type { Answer } from "./answer.ts";
import type { Item } from "./delivery.ts";
import { isAnonymous, knownId, type Identity } from "./identity.ts";
import { uuid, type RandomBytes } from "./random.ts";

/** A call of the page; throws when it cannot mean anything. */
export type Method = (...args: any[]) => Promise<Answer>;
export type Methods = Record<string, Method>;

/** What the methods need of the rest. */
export interface Means {
  identity: Identity;
  random: RandomBytes;
  /** The time the call was made, in milliseconds. */
  now(): number;
  send(item: Item): Promise<Answer>;
  /** Called when the person at the page is another one from now on; `fresh`: a visitor nobody knows yet. */
  changed(fresh: boolean): void;
}

/** Returns the methods that record. Each makes one message at call time, or answers at once. */
export function createApi(means: Means): Methods {
  var identity = means.identity;

  function post(type: string, fields: Record<string, unknown>): Promise<Answer> {
    fields.type = type;
    fields.ts = means.now() / 1000;
    fields.message_id = uuid(means.random);
    return means.send(fields as Item);
  }

  function person(fields: Record<string, unknown>): Record<string, unknown> {
    fields.id = identity.current();
    fields.sign = identity.signOf(fields.id);
    return fields;
  }

  function identify(id: unknown, sign?: string): Promise<Answer> {
    var next = knownId(id);
    var before = identity.current();
    identity.become(next, sign);
    if (before === next) return Promise.resolve({ ok: true, unchanged: true });
    var merging = isAnonymous(before)
      ? post("alias", { srcid: before, destid: next, destsign: sign, reason: "identify" })
      : Promise.resolve({ ok: true, merged: false });
    means.changed(false);
    return merging;
  }

  function setProperties(properties: object): Promise<Answer> {
    return post("set", person({ data: properties }));
  }

  function track(event: string, args?: object): Promise<Answer> {
    return post("track", person({ action: event, data: args }));
  }

  function alias(srcid: string, destid: string, destsign?: string): Promise<Answer> {
    return post("alias", { srcid, destid, destsign, reason: "alias" });
  }

  function cart(op: string): Method {
    return (cart?: object) => post("cart", person({ op, cart }));
  }

  function reset(): Promise<Answer> {
    identity.forget();
    means.changed(true);
    return Promise.resolve({ ok: true });
  }

  return {
    identify,
    setProperties,
    track,
    alias,
    setCart: cart("set"),
    cancelCart: cart("cancel"),
    purchaseCart: cart("purchase"),
    reset,
  };
}
