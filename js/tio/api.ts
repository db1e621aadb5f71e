import { isAnonymous, knownId, type Identity } from "./identity.ts";
import { uuid, type RandomBytes } from "./random.ts";
import type { Answer, Transport } from "./transport.ts";

/** A call of the page; throws when it cannot mean anything. */
export type Method = (...args: any[]) => Promise<Answer>;
export type Methods = Record<string, Method>;

/** Returns the methods of `tio`. Each is one message, made at call time, or an answer at once. */
export function createApi(sid: string, identity: Identity, transport: Transport, random: RandomBytes): Methods {
  function post(path: string, fields: Record<string, unknown>): Promise<Answer> {
    fields.sid = sid;
    fields.ts = Date.now() / 1000;
    fields.message_id = uuid(random);
    return transport.send(path, JSON.stringify(fields));
  }

  function identify(id: unknown, sign?: string): Promise<Answer> {
    var next = knownId(id);
    var before = identity.current();
    identity.become(next, sign);
    if (before === next) return Promise.resolve({ ok: true, unchanged: true });
    if (!isAnonymous(before)) return Promise.resolve({ ok: true, merged: false });
    return post("/alias", { srcid: before, destid: next, destsign: sign, reason: "identify" });
  }

  function setProperties(properties: object): Promise<Answer> {
    return post("/set", { id: identity.current(), sign: identity.sign(), data: properties });
  }

  function track(event: string, args?: object): Promise<Answer> {
    return post("/track", { id: identity.current(), sign: identity.sign(), action: event, data: args });
  }

  function alias(srcid: string, destid: string, destsign?: string): Promise<Answer> {
    return post("/alias", { srcid, destid, destsign, reason: "alias" });
  }

  function reset(): Promise<Answer> {
    identity.forget();
    return Promise.resolve({ ok: true });
  }

  return { identify, setProperties, track, alias, reset };
}
