import { able, start, type Config, type Options } from "./library.ts";
import type { Tio } from "./queue.ts";

var connected: Record<string, Tio> = Object.create(null);

/**
 * Returns the library of a site, for pages that are bundled: no script is loaded from the server. What the site's
 * people made in the dashboard is asked for once the visitor allows it. The same site again is the same library.
 */
export function connect(site: Config, options?: Options): Tio {
  var tio = connected[site.sid] || ([] as unknown as Tio);
  if (tio.site || !able()) return tio;
  connected[site.sid] = tio;
  start(tio, { sid: site.sid, host: site.host.replace(/\/+$/, ""), autoEvents: site.autoEvents }, options || {});
  return tio;
}
