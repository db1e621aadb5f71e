import { failure, type Answer } from "./answer.ts";
import type { Method } from "./api.ts";
import type { Choice } from "./consent.ts";
import { json } from "./json.ts";
import type { Recorder } from "./recorder.ts";

/** Stands between the page's calls and the recorder: they pass, wait or are dropped, as the visitor decided. */
export interface Gate {
  /** Returns the method of the recorder as the page gets it. */
  method(name: string): Method;
  /** Makes the call as if it were that time (milliseconds since 1970). */
  at<T>(time: number, call: () => T): T;
  /** The time that a call has if it is made now. */
  now(): number;
  optIn(): Promise<Answer>;
  optOut(): Promise<Answer>;
}

var MOST_HELD = 1000;

/** Returns the gate to a recorder that is there once it is asked for, so that nothing of it is before it may be. */
export function createGate(choice: Choice, recorder: () => Recorder): Gate {
  var held: Array<(allowed: boolean) => void> = [];
  var time: number | undefined;

  function now(): number {
    return time || Date.now();
  }

  function method(name: string): Method {
    return function () {
      var args = Array.prototype.slice.call(arguments);
      if (choice.state() === "granted") return recorder().methods[name]!.apply(null, args);
      return choice.state() === "pending" ? hold(name, json(args), now()) : Promise.resolve(optedOut());
    };
  }

  function hold(name: string, args: string, made: number): Promise<Answer> {
    if (held.length >= MOST_HELD) return Promise.resolve(failure("queue_full", MOST_HELD + " calls wait for consent"));
    return new Promise((settle, fail) => {
      held.push((allowed) => {
        if (!allowed) return settle(optedOut());
        try {
          settle(at(made, () => recorder().methods[name]!.apply(null, JSON.parse(args))));
        } catch (error) {
          fail(error);
        }
      });
    });
  }

  function at<T>(moment: number, call: () => T): T {
    time = moment;
    try {
      return call();
    } finally {
      time = undefined;
    }
  }

  function release(allowed: boolean): void {
    held.splice(0).forEach((each) => each(allowed));
  }

  function optIn(): Promise<Answer> {
    choice.decide("granted");
    recorder().tellOfVisitor();
    release(true);
    recorder().tell();
    return Promise.resolve({ ok: true });
  }

  function optOut(): Promise<Answer> {
    if (choice.state() === "granted") recorder().forget();
    choice.decide("denied");
    release(false);
    return Promise.resolve({ ok: true });
  }

  return { method, at, now, optIn, optOut };
}

function optedOut(): Answer {
  return failure("opted_out", "the visitor does not want it");
}
