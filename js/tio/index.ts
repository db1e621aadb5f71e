import { able, start, warn, type Config, type Options } from "./library.ts";
import type { Tio } from "./queue.ts";

declare global {
  interface Window {
    tio?: Tio;
    tioOptions?: Options;
    /** Written by the server in front of this script: the site, and the server if it is not our own origin. */
    __tioConfig?: Omit<Config, "host"> & { host?: string };
  }
  interface Document {
    prerendering?: boolean;
  }
}

/** Returns where this script came from, without /scripts/<sid>.js or /tio.js, so that a path in front is kept. */
function home(): string | undefined {
  var script = document.currentScript as HTMLScriptElement | null;
  var found = script && /^(https?:.*?)\/(?:scripts\/[^/]*|tio)\.js/.exec(script.src);
  return found ? found[1] : undefined;
}

/** Begins for the page's own array, once, however often the script is in the page. */
function begin(config: typeof window.__tioConfig, host: string | undefined): void {
  var tio = Array.isArray(window.tio) ? window.tio : (window.tio = [] as unknown as Tio);
  if (Object.prototype.hasOwnProperty.call(tio, "site")) return;
  if (!able()) return;
  if (!config || !host) return warn("no token: load the script from /scripts/<token>.js of your server");
  start(tio, { sid: config.sid, host, autoEvents: config.autoEvents || [] }, window.tioOptions || {});
}

var given = window.__tioConfig;
var server = (given && given.host) || home();
// A page made ready in advance is nobody's visit until it is shown.
if (document.prerendering) {
  document.addEventListener("prerenderingchange", () => begin(given, server), { once: true });
} else {
  begin(given, server);
}
