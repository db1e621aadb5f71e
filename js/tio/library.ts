import { cleaned } from "./address.ts";
import type { Answer } from "./answer.ts";
import type { Methods } from "./api.ts";
import { pageEvents, watchClicks, type AutoEvent } from "./auto.ts";
import { assumedFor, createChoice, type Consent } from "./consent.ts";
import type { Wire } from "./delivery.ts";
import { createGate } from "./gate.ts";
import { createPages, type View } from "./pages.ts";
import { install, type Tio } from "./queue.ts";
import { createRecorder, type Recorder, type Situation } from "./recorder.ts";
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
var RECORDING = [
  "identify",
  "setProperties",
  "track",
  "alias",
  "setCart",
  "cancelCart",
  "purchaseCart",
  "reset",
];

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
  var opened = openedAt();
  var here = situationOf(config, options);
  var assumed = assumedFor(navigator, options.consent, !!options.respectDnt);
  var choice = createChoice(assumed, layered([here.places.local, here.places.cookies]), here.prefix + "_choice");
  var gate = createGate(choice, recorder);
  var pages = createPages(window, options.hide || [], !!options.hashPages);
  var track = gate.method("track");
  var auto = config.autoEvents || [];
  var only: Recorder | undefined;

  function recorder(): Recorder {
    if (!only) {
      only = createRecorder(here, gate.now);
      if (!config.autoEvents) autoEventsOf(config).then(watch, () => warn("the site's own events could not be loaded"));
    }
    return only;
  }

  function watch(events: AutoEvent[]): void {
    auto = events;
    watchClicks(document, events, (name) => track(name, pages.view()), warn);
    if (!config.autoEvents) trackPage(pages.view());
  }

  function trackPage(view: View): void {
    pageEvents(auto, pages.address()).forEach((name) => track(name, view));
  }

  function page(properties?: Record<string, unknown>): Promise<Answer> {
    return track(PAGE_VIEW, assign(pages.view(), properties));
  }

  function setMessengerConfig(settings: Record<string, unknown>): Promise<Answer> {
    assign(tio.messengerConfig as Record<string, unknown>, settings);
    return Promise.resolve({ ok: true });
  }

  var methods: Methods = { page, optIn: gate.optIn, optOut: gate.optOut, setMessengerConfig };
  RECORDING.forEach((name) => (methods[name] = gate.method(name)));
  tio.site = config.sid;
  tio.messengerConfig = Object.create(null);
  if (choice.state() === "granted") recorder().tellOfVisitor();
  install(tio, methods, warn);
  if (choice.state() === "granted") recorder().tell();
  if (config.autoEvents) watch(auto);
  pages.watch(opened, (view, at) =>
    gate.at(at, () => {
      if (options.pageViews !== false) track(PAGE_VIEW, view);
      trackPage(view);
    }),
  );
}

function situationOf(config: Config, options: Options): Situation {
  var prefix = "tio_" + config.sid;
  return {
    sid: config.sid,
    prefix,
    places: {
      local: webStorage(() => localStorage),
      session: webStorage(() => sessionStorage),
      cookies: cookies(document, location.protocol === "https:"),
    },
    wire: wireTo(config.host, prefix),
    random,
    landing: {
      address: location.href,
      page: location.pathname,
      referrer: cleaned(document.referrer, options.hide || [], false),
    },
    browser: browserFacts(),
    bot: !!navigator.webdriver,
  };
}

function autoEventsOf(config: Config): Promise<AutoEvent[]> {
  return fetch(config.host + "/config/" + config.sid + ".json", { credentials: "omit" })
    .then((response) => response.json())
    .then((site: Config) => site.autoEvents || []);
}

function assign(target: Record<string, unknown>, more: Record<string, unknown> | undefined): Record<string, unknown> {
  Object.keys(more || {}).forEach((name) => (target[name] = more![name]));
  return target;
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
