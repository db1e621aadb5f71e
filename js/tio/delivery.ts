import { answersOf, failure, type Answer } from "./answer.ts";
import { json } from "./json.ts";
import type { Shelf } from "./shelf.ts";

/** One call as `/batch` takes it; `ts` is when it was made (Unix seconds). */
export interface Item {
  type: string;
  ts: number;
  [param: string]: unknown;
}

/** The ways out of a page. */
export interface Wire {
  /** Posts a text; with `keepalive` the browser goes on when the page is gone. */
  post(body: string, keepalive: boolean): Promise<Response>;
  /** Hands a text to the browser, which sends it whatever becomes of the page; false if it does not take it. */
  beacon(body: string): boolean;
  /** Does the work, unless another tab is doing the same. */
  alone(work: () => void): void;
  /** A number from 0 to 1. */
  random(): number;
}

export interface Delivery {
  /** Keeps the call until it is answered. The promise fulfils with the answer and never rejects. */
  send(item: Item): Promise<Answer>;
  /** Hands all that waits to the browser: the page may be about to go; `gone`, nobody here will ask for answers. */
  flush(gone: boolean): void;
  /** Tries again now: the network is back. */
  wake(): void;
  /** To be called every few seconds: takes over what other pages left. */
  tick(): void;
  /** Forgets all that waits. */
  clear(): void;
}

interface Message {
  key: string;
  text: string;
  size: number;
  made: number;
  /** Under way in a request that outlives the page. */
  safe?: boolean;
  settle?: (answer: Answer) => void;
}

var MOST_WAITING = 1000;
var MOST_WAITING_BYTES = 1000000;
var MOST_IN_BATCH = 100;
// Browsers let 64 KB be under way for pages that are gone.
var MOST_BYTES = 60000;
var SLOWEST_ANSWER = 30000;
var LONGEST_PAUSE = 60000;
var LONGEST_ADVICE = 3600000;
var OLDEST_REFUSED = 24 * 3600 * 1000;

/**
 * Returns the delivery of one page's calls. One request is under way at a time, and what is called meanwhile is the
 * next one, so order is kept and a busy page sends few. What the server cannot take now is sent again after a growing
 * pause, in smaller and smaller batches, so that a message it always fails on holds up no other.
 * `sender` stands at the head of each request. `signOf` returns the signature this tab knows for an id: signatures are
 * never kept with a message.
 */
export function createDelivery(
  sender: Record<string, unknown>,
  shelf: Shelf,
  wire: Wire,
  signOf: (id: unknown) => string | undefined,
): Delivery {
  var waiting: Message[] = [];
  var busy = false;
  var failures = 0;
  var timer: ReturnType<typeof setTimeout> | undefined;

  function send(item: Item): Promise<Answer> {
    var text = json(item);
    var message: Message = { key: "", text, size: sizeOf(text), made: item.ts * 1000 };
    if (waiting.length >= MOST_WAITING || bytesOf(waiting) + message.size > MOST_WAITING_BYTES) {
      return Promise.resolve(failure("queue_full", waiting.length + " calls wait for the server already"));
    }
    message.key = shelf.keep(item.sign || item.destsign ? json(unsigned(item)) : text);
    if (!waiting.length) shelf.hold([message.key]);
    waiting.push(message);
    plan(0);
    return new Promise((settle) => (message.settle = settle));
  }

  function plan(pause: number): void {
    if (!busy && !timer) timer = setTimeout(next, pause);
  }

  function next(): void {
    timer = undefined;
    var batch = take(waiting, Math.max(1, Math.min(waiting.length, MOST_IN_BATCH) >> failures));
    if (busy || !batch.length) return;
    var body = bodyOf(batch);
    var safe = bytesOf(batch) <= MOST_BYTES && failures < 2; // other scripts may have used up what may be under way
    busy = true;
    batch.forEach((message) => (message.safe = safe));
    ask(body, safe, batch.length).then(
      (answers) => finish(batch, answers),
      (why) => again(batch, why),
    );
  }

  function bodyOf(batch: Message[]): string {
    var head = json(sender).slice(0, -1) + ',"sent_at":' + Date.now() / 1000;
    return head + ',"batch":[' + batch.map((message) => message.text).join() + "]}";
  }

  function ask(body: string, safe: boolean, messages: number): Promise<Answer[]> {
    return intime(wire.post(body, safe)).then((response) => {
      if (isTemporary(response.status)) throw response;
      return response.text().then((text) => {
        var answers = answersOf(text, response.status, messages);
        if (!answers) throw text;
        return answers;
      });
    });
  }

  function finish(batch: Message[], answers: Answer[]): void {
    failures = 0;
    busy = false;
    batch.forEach((message, index) => settle(message, answers[index]!));
    if (waiting.length) plan(0);
  }

  function settle(message: Message, answer: Answer): void {
    waiting = waiting.filter((other) => other !== message);
    shelf.drop(message.key);
    if (!waiting.length) shelf.leave();
    if (message.settle) message.settle(answer);
  }

  function again(batch: Message[], why: unknown): void {
    var response = why instanceof Response ? why : undefined;
    busy = false;
    batch.forEach((message) => (message.safe = false));
    if (response && batch.length === 1) pass(batch[0]!, response.status);
    var pause = Math.min(LONGEST_PAUSE, 1000 * Math.pow(2, failures++)) * (0.5 + wire.random() / 2);
    var advice = response ? Number(response.headers.get("Retry-After")) * 1000 : 0;
    plan(Math.max(pause, Math.min(advice || 0, LONGEST_ADVICE)));
  }

  /** Lets the others go first; after a day the message is given up. */
  function pass(message: Message, status: number): void {
    if (waiting.indexOf(message) < 0) return;
    if (Date.now() - message.made > OLDEST_REFUSED) {
      return settle(message, failure("http_" + status, "the server fails on it since a day"));
    }
    waiting = waiting.filter((other) => other !== message).concat(message);
  }

  function flush(gone: boolean): void {
    var rest = waiting.filter((message) => !message.safe);
    while (rest.length) {
      var batch = take(rest, MOST_IN_BATCH);
      if (!wire.beacon(bodyOf(batch))) break;
      rest = rest.slice(batch.length);
    }
    if (gone) shelf.leave();
  }

  function wake(): void {
    clearTimeout(timer);
    timer = undefined;
    plan(0);
  }

  function tick(): void {
    if (waiting.length) shelf.hold(keysOf(waiting));
    wire.alone(adopt);
  }

  function adopt(): void {
    var mine = keysOf(waiting);
    var found = shelf.orphans().filter((kept) => mine.indexOf(kept.key) < 0);
    var adopted = found.map((kept) => messageOf(kept.key, kept.text)).filter((message) => message) as Message[];
    waiting = adopted.slice(0, MOST_WAITING).concat(waiting);
    shelf.hold(keysOf(adopted));
    if (adopted.length) plan(0);
  }

  /** Returns the message that another page kept; none if only another tab knows the signature. */
  function messageOf(key: string, text: string): Message | undefined {
    try {
      var item: Item = JSON.parse(text);
    } catch (broken) {
      shelf.drop(key);
      return undefined;
    }
    var signed = item.sign ? "sign" : item.destsign ? "destsign" : "";
    if (signed) item[signed] = signOf(signed === "sign" ? item.id : item.destid);
    if (signed && !item[signed]) return undefined;
    var whole = json(item);
    return { key, text: whole, size: sizeOf(whole), made: item.ts * 1000 };
  }

  function clear(): void {
    waiting.slice().forEach((message) => settle(message, failure("opted_out", "the visitor does not want it")));
  }

  return { send, flush, wake, tick, clear };
}

/** Returns the item as it may be kept: that it was signed, not how. */
function unsigned(item: Item): Item {
  var copy = {} as Item;
  Object.keys(item).forEach((name) => {
    copy[name] = item[name] && (name === "sign" || name === "destsign") ? true : item[name];
  });
  return copy;
}

/** Returns the messages at the front that fit into one request: at least one. */
function take(messages: Message[], most: number): Message[] {
  var size = 0;
  var count = 0;
  while (count < messages.length && count < most) {
    size += messages[count]!.size + 1;
    if (count && size > MOST_BYTES) break;
    count++;
  }
  return messages.slice(0, count);
}

function keysOf(messages: Message[]): string[] {
  return messages.map((message) => message.key);
}

function bytesOf(messages: Message[]): number {
  return messages.reduce((sum, message) => sum + message.size + 1, 0);
}

function sizeOf(text: string): number {
  return new Blob([text]).size;
}

function isTemporary(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function intime<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    var timer = setTimeout(reject, SLOWEST_ANSWER);
    promise.then(resolve, reject).then(() => clearTimeout(timer));
  });
}
