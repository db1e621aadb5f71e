import { failure, type Answer } from "./answer.ts";
import type { Method, Methods } from "./api.ts";
import { pageEvents, watchClicks, type AutoEvent } from "./auto.ts";
import { cleaned } from "./address.ts";
import { assumedFor, createChoice, type Consent } from "./consent.ts";
import type { Wire } from "./delivery.ts";
import { json } from "./json.ts";
import { createPages } from "./pages.ts";
import { install, type Tio } from "./queue.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import { cookies, layered, webStorage } from "./storage.ts";

/** What the page may choose before the library comes: `window.tioOptions`. */
export interface Options {
  /** What may be recorded before the visitor says anything; "granted" if not said. */
  consent?: Consent;
  /** True: a browser that sends DNT is "denied" until the visitor opts in. For GPC that is always so. */
  respectDnt?: boolean;
  /** False: the page calls `page` itself. */
  pageViews?: boolean;
  /** True: what stands behind # names pages. */
  hashPages?: boolean;
  /** Names of parameters whose values are hidden in addresses, besides tokens, passwords, e-mail addresses, …. */
  hide?: string[];
}

/** Which site this is, and where its server stands. */
export interface Config {
  sid: string;
  host: string;
  /** The events that the site made in the dashboard; if they are not given they are asked for. */
  autoEvents?: AutoEvent[];
}

var PAGE_VIEW = "Page view";
var MOST_HELD = 1000;

export function warn(message: string): void {
  console.warn("tio: " + message);
}

function random(bytes: Uint8Array<ArrayBuffer>): Uint8Array {
  return crypto.getRandomValues(bytes);
}

function wireTo(host: string, name: string): Wire {
  return {
    post: (body, keepalive) => fetch(host + "/batch", { method: "POST", body, keepalive, credentials: "omit" }),
    beacon: (body) => !!navigator.sendBeacon && navigator.sendBeacon(host + "/batch", body),
    alone: (work) => {
      if (!navigator.locks) return work();
      navigator.locks.request(name, { ifAvailable: true }, (lock) => lock && work()).catch(work);
    },
    random: () => random(new Uint8Array(1))[0]! / 255,
  };
}

/** True if this browser has what the library needs; says so if not. */
export function able(): boolean {
  var found = !!window.fetch && !!window.Promise && !!window.crypto && !!crypto.getRandomValues;
  if (!found) warn("this browser is too old: it has no fetch or no source of safe random numbers");
  return found;
}

/** Turns the page's array into the library of one site. Nothing is stored or sent before the visitor allows it. */
export function start(tio: Tio, config: Config, options: Options): void {
  var prefix = "tio_" + config.sid;
  var local = webStorage(() => localStorage);
  var jar = cookies(document, location.protocol === "https:");
  var choice = createChoice(
    assumedFor(navigator, options.consent, !!options.respectDnt),
    layered([local, jar]),
    prefix + "_choice",
  );
  var hide = options.hide || [];
  var pages = createPages(window, hide, !!options.hashPages);
  var landing = {
    address: location.href,
    page: pages.view().page,
    referrer: cleaned(document.referrer, hide, false),
  };
  var auto = config.autoEvents || [];
  var held: Array<(allowed: boolean) => void> = [];
  var made: number | undefined;
  var recorder: Recorder | undefined;

  function recording(): Recorder {
    if (!recorder) {
      recorder = createRecorder({
        sid: config.sid,
        prefix,
        places: { local, session: webStorage(() => sessionStorage), cookies: jar },
        wire: wireTo(config.host, prefix),
        random,
        landing,
        browser: browserFacts(),
        bot: !!navigator.webdriver,
        now: () => made || Date.now(),
      });
      if (!config.autoEvents) askForAutoEvents();
    }
    return recorder;
  }

  function askForAutoEvents(): void {
    fetch(config.host + "/config/" + config.sid + ".json", { credentials: "omit" })
      .then((response) => response.json())
      .then((site: Config) => {
        auto = site.autoEvents || [];
        watchClicks(document, auto, sawClick, warn);
        pageEvents(auto, pages.address()).forEach((name) => track(name, pages.view()));
      })
      .catch(() => warn("the site's own events could not be loaded"));
  }

  /** Returns the method as the page gets it: held while the visitor has not decided. */
  function guarded(name: string): Method {
    return function () {
      var args = Array.prototype.slice.call(arguments);
      if (choice.state() === "granted") return recording().methods[name]!.apply(null, args);
      return choice.state() === "pending" ? hold(name, json(args), made || Date.now()) : Promise.resolve(optedOut());
    };
  }

  function hold(name: string, args: string, at: number): Promise<Answer> {
    if (held.length >= MOST_HELD) return Promise.resolve(failure("queue_full", MOST_HELD + " calls wait for consent"));
    return new Promise((settle, fail) => {
      held.push((allowed) => {
        if (!allowed) return settle(optedOut());
        try {
          settle(madeAt(at, () => recording().methods[name]!.apply(null, JSON.parse(args))));
        } catch (error) {
          fail(error);
        }
      });
    });
  }

  function madeAt<T>(at: number, call: () => T): T {
    made = at;
    try {
      return call();
    } finally {
      made = undefined;
    }
  }

  function release(allowed: boolean): void {
    held.splice(0).forEach((each) => each(allowed));
  }

  function optIn(): Promise<Answer> {
    choice.decide("granted");
    recording().tellOfVisitor();
    release(true);
    recording().tell();
    return Promise.resolve({ ok: true });
  }

  function optOut(): Promise<Answer> {
    if (choice.state() === "granted") recording().forget();
    choice.decide("denied");
    release(false);
    return Promise.resolve({ ok: true });
  }

  var track = guarded("track");

  function page(properties?: Record<string, unknown>): Promise<Answer> {
    var view: Record<string, unknown> = pages.view();
    Object.keys(properties || {}).forEach((name) => (view[name] = properties![name]));
    return track(PAGE_VIEW, view);
  }

  function setMessengerConfig(settings: Record<string, unknown>): Promise<Answer> {
    var all = tio.messengerConfig as Record<string, unknown>;
    Object.keys(settings).forEach((name) => (all[name] = settings[name]));
    return Promise.resolve({ ok: true });
  }

  function sawClick(name: string): void {
    track(name, pages.view());
  }

  var methods: Methods = { page, optIn, optOut, setMessengerConfig };
  "identify setProperties track alias setCart cancelCart purchaseCart reset".split(" ").forEach((name) => {
    methods[name] = guarded(name);
  });
  tio.site = config.sid;
  tio.messengerConfig = Object.create(null);
  var opened = openedAt();
  if (choice.state() === "granted") recording().tellOfVisitor();
  install(tio, methods, warn);
  if (choice.state() === "granted") recording().tell();
  pages.watch(opened, (view, at) => {
    madeAt(at, () => {
      if (options.pageViews !== false) track(PAGE_VIEW, view);
      pageEvents(auto, pages.address()).forEach((name) => track(name, view));
    });
  });
  if (config.autoEvents) watchClicks(document, auto, sawClick, warn);
}

function optedOut(): Answer {
  return failure("opted_out", "the visitor does not want it");
}

/** When the visitor began to see this page, in milliseconds since 1970. */
function openedAt(): number {
  var entry = performance.getEntriesByType && performance.getEntriesByType("navigation")[0];
  var shown = (entry && (entry as unknown as { activationStart?: number }).activationStart) || 0;
  return Date.now() - Math.max(0, performance.now() - shown);
}

function browserFacts(): Record<string, string | null> {
  return {
    language: navigator.language || null,
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone || null,
    screen: screen.width + "x" + screen.height,
  };
}
