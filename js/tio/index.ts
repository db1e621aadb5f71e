import { createApi } from "./api.ts";
import { createIdentity } from "./identity.ts";
import { install, type Tio } from "./queue.ts";
import { cookies, firstWorking, webStorage } from "./storage.ts";
import { createTransport } from "./transport.ts";

declare global {
  interface Window {
    tio?: Tio;
    /** Written by the server in front of this script: the site's token, and the server if it is not our own origin. */
    __tioConfig?: { sid: string; host?: string };
  }
}

function warn(message: string): void {
  console.warn("tio: " + message);
}

function random(bytes: Uint8Array<ArrayBuffer>): Uint8Array {
  return crypto.getRandomValues(bytes);
}

/** Returns where this script came from, without /scripts/<sid>.js or /tio.js, so that a path in front is kept. */
function home(): string | undefined {
  var script = document.currentScript as HTMLScriptElement | null;
  var found = script && /^(https?:.*?)\/(?:scripts\/[^/]*|tio)\.js/.exec(script.src);
  return found ? found[1] : undefined;
}

function post(url: string, body: string): Promise<Response> {
  // Browsers refuse keepalive for more than 64 KB under way.
  return fetch(url, { method: "POST", body, keepalive: body.length < 20000, credentials: "omit" });
}

function start(): void {
  var config = window.__tioConfig;
  var host = (config && config.host) || home();
  var tio = Array.isArray(window.tio) ? window.tio : (window.tio = [] as unknown as Tio);
  if (Object.prototype.hasOwnProperty.call(tio, "site")) return;
  if (!window.fetch || !window.Promise || !window.crypto || !crypto.getRandomValues) {
    return warn("this browser is too old: it has no fetch or no source of safe random numbers");
  }
  if (!config || !host) return warn("no token: load the script from /scripts/<token>.js of your server");
  var key = "tio_" + config.sid;
  var cookieJar = cookies(document, location.protocol === "https:");
  var lasting = firstWorking([webStorage(() => localStorage), cookieJar]);
  var session = firstWorking([webStorage(() => sessionStorage)]);
  var identity = createIdentity(key, lasting, session, random);
  var transport = createTransport(host, post, () => random(new Uint8Array(1))[0]! / 255);
  identity.current();
  tio.site = config.sid;
  install(tio, createApi(config.sid, identity, transport, random), warn);
  addEventListener("pagehide", transport.flush);
}

start();
