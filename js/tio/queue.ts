import { failure, type Answer } from "./answer.ts";
import type { Methods } from "./api.ts";

/** One call of the page: the method's name and its arguments. Our own stub adds `done` to hear the answer. */
export interface Call extends Array<unknown> {
  done?: (answer: Answer) => void;
}

/** What the page holds as `tio` and `YS`: an array of calls until the library comes, and the library from then on. */
export type Tio = Call[] & Record<string, unknown>;

/**
 * Turns the page's own array into the library: methods on, push replaced, waiting calls made in their order. It stays
 * the same object, so references that the page kept go on working.
 */
export function install(tio: Tio, methods: Methods, warn: (message: string) => void): void {
  var unknown: Record<string, true> = Object.create(null);

  function run(call: Call): Promise<Answer> {
    var name = String(call && call[0]);
    if (!Object.prototype.hasOwnProperty.call(methods, name)) {
      if (!unknown[name]) warn("there is no method " + name);
      unknown[name] = true;
      return Promise.resolve(failure("unknown_method", name));
    }
    var answer = attempt(name, Array.prototype.slice.call(call, 1));
    if (call.done) answer.then(call.done);
    return answer;
  }

  function attempt(name: string, args: unknown[]): Promise<Answer> {
    return new Promise<Answer>((resolve) => resolve(methods[name]!.apply(null, args)))
      .catch((error: Error) => failure("bad_call", error.message))
      .then((answer) => report(name, answer));
  }

  function report(name: string, answer: Answer): Answer {
    if (answer.error && answer.error.code === "opted_out") return answer;
    if (!answer.ok) warn(name + " was not recorded: " + (answer.error ? answer.error.message : "no reason given"));
    return answer;
  }

  var waiting = tio.splice(0);
  Object.keys(methods).forEach((name) => {
    tio[name] = function () {
      return run([name].concat(Array.prototype.slice.call(arguments)));
    };
  });
  tio.push = function () {
    for (var i = 0; i < arguments.length; i++) run(arguments[i]);
    return 0;
  };
  waiting.forEach(run);
}
