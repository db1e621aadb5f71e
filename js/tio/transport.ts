/** What the server said: `ok` with details, or the error. */
export interface Answer {
  ok: boolean;
  error?: { code: string; message: string };
  [detail: string]: unknown;
}

/** Posts a text to a URL; fetch does in a browser. */
export type Post = (url: string, body: string) => Promise<Response>;

export interface Transport {
  /** Sends after everything given before was answered. The promise fulfils with the answer and never rejects. */
  send(path: string, body: string): Promise<Answer>;
  /** Hands all that still waits to the browser at once: the page is about to go. */
  flush(): void;
}

interface Message {
  path: string;
  body: string;
  refusals: number;
  settle: (answer: Answer) => void;
}

var MOST_WAITING = 1000;
var MOST_REFUSALS = 10;
var SLOWEST_ANSWER = 30000;
var LONGEST_PAUSE = 60000;

export function failure(code: string, message: string): Answer {
  return { ok: false, error: { code, message } };
}

/**
 * Returns the transport to `host`: one message at a time, in order. What the server cannot take now is sent again
 * after a growing pause; `random` (0 to 1) spreads the pauses so that many browsers do not come back together.
 */
export function createTransport(host: string, post: Post, random: () => number): Transport {
  var waiting: Message[] = [];
  var busy = false;
  var failures = 0;

  function send(path: string, body: string): Promise<Answer> {
    if (waiting.length >= MOST_WAITING) {
      return Promise.resolve(failure("queue_full", MOST_WAITING + " calls wait for the server already"));
    }
    return new Promise((settle) => {
      waiting.push({ path, body, refusals: 0, settle });
      next();
    });
  }

  function next(): void {
    var head = waiting[0];
    if (busy || !head) return;
    busy = true;
    ask(head).then(finish, again);
  }

  function ask(message: Message): Promise<Answer> {
    return intime(post(host + message.path, message.body)).then((response) => {
      if (isTemporary(response.status) && ++message.refusals < MOST_REFUSALS) throw response.status;
      return response.json().catch((unreadable) => {
        // A page of HTML with status 200 is a hotel's login page, not our server.
        if (response.ok) throw unreadable;
        return failure("http_" + response.status, "the server answered " + response.status);
      });
    });
  }

  function finish(answer: Answer): void {
    waiting.shift()!.settle(answer);
    failures = 0;
    busy = false;
    next();
  }

  function again(): void {
    var pause = Math.min(LONGEST_PAUSE, 1000 * Math.pow(2, failures++)) * (0.5 + random() / 2);
    setTimeout(() => {
      busy = false;
      next();
    }, pause);
  }

  // What is flushed keeps waiting: if the page comes back it is sent again, and the server knows it by its message_id.
  function flush(): void {
    for (var i = busy ? 1 : 0; i < waiting.length; i++) {
      post(host + waiting[i]!.path, waiting[i]!.body).catch(() => undefined);
    }
  }

  return { send, flush };
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
