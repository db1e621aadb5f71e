import { createApi, type Methods } from "./api.ts";
import { createDelivery, type Wire } from "./delivery.ts";
import { createIdentity, isAnonymous } from "./identity.ts";
import { base62, type RandomBytes } from "./random.ts";
import { createShelf } from "./shelf.ts";
import { clear, layered, type Storage } from "./storage.ts";
import { createTouches, type Facts, type Landing } from "./touches.ts";

/** What may be touched only once the visitor allows it. */
export interface Places {
  local: () => Storage;
  session: () => Storage;
  cookies: () => Storage;
}

/** The part of the library that stores and sends. */
export interface Recorder {
  methods: Methods;
  /** Says how the person came, if that is new. */
  tell(): void;
  /** Says so of somebody nobody knows yet: an identified person may have to be named with a signature first. */
  tellOfVisitor(): void;
  /** Forgets the visitor and all that waits. */
  forget(): void;
}

/** Where the library runs. */
export interface Situation {
  sid: string;
  prefix: string;
  places: Places;
  wire: Wire;
  random: RandomBytes;
  landing: Landing;
  browser: Facts;
  /** True for a browser that a program drives. */
  bot: boolean;
}

var OFTEN = 10000;

/** Returns the recorder of this page, which listens for the page's end and the network. `now` is a call's time. */
export function createRecorder(here: Situation, now: () => number): Recorder {
  var places = here.places;
  var lasting = layered([places.local, places.cookies]);
  var local = layered([places.local]);
  var session = layered([places.session]);
  var identity = createIdentity(here.prefix, lasting, session, here.random);
  var shelf = createShelf(local, here.prefix, base62(8, here.random), Date.now);
  var delivery = createDelivery({ sid: here.sid, bot: here.bot || undefined }, shelf, here.wire, identity.signOf);
  var touches = createTouches(local, here.prefix + "_told", here.landing, here.browser, (facts) =>
    methods.setProperties!(facts),
  );
  var methods = createApi({
    identity,
    random: here.random,
    now,
    send: delivery.send,
    changed: (fresh) => {
      if (fresh) touches.forget();
      tell();
    },
  });

  function tell(): void {
    touches.tell(identity.current());
  }

  function tellOfVisitor(): void {
    if (isAnonymous(identity.current())) tell();
  }

  function forget(): void {
    delivery.clear();
    touches.forget();
    [lasting, local, session].forEach((place) => clear(place, here.prefix));
  }

  addEventListener("pagehide", () => delivery.flush(true));
  addEventListener("visibilitychange", () => document.visibilityState === "hidden" && delivery.flush(false));
  addEventListener("online", delivery.wake);
  addEventListener("pageshow", (event) => event.persisted && delivery.wake());
  setInterval(delivery.tick, OFTEN);
  delivery.tick();
  return { methods, tell, tellOfVisitor, forget };
}
