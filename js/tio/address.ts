/** What of an address may be kept: where somebody was and came from, without what proves who he is. */

var LONGEST = 2000;
var LONGEST_VALUE = 200;
var SECRETS =
  /^(code|key|pin|otp|sid|sig|sign|session|auth|authorization)$|(token|jwt|password|passwd|pwd|secret|api[_-]?key|session[_-]?id|signature|mail|phone)$/i;
// An e-mail address, or the three parts of a signed token.
var PERSONAL = /.(@|%40).+\.|^eyJ[\w-]+\.[\w-]+\./i;
var CAMPAIGN = [
  "utm_source",
  "utm_medium",
  "utm_campaign",
  "utm_term",
  "utm_content",
  "utm_id",
  "gclid",
  "gbraid",
  "wbraid",
  "dclid",
  "fbclid",
  "msclkid",
  "ttclid",
  "twclid",
  "li_fat_id",
  "yclid",
];

/** Returns the address without user and password, with the values of secret parameters hidden. */
export function cleaned(address: string, hide: string[], withFragment: boolean): string {
  var named = withFragment ? address : address.split("#")[0]!;
  return named
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^\/?#]*@/i, "$1")
    .replace(/([?&#;])([^=&?#;\/]+)=([^&#;]*)/g, (pair, before, name, value) =>
      isSecret(name, value, hide) ? before + name + "=hidden" : pair,
    )
    .slice(0, LONGEST);
}

function isSecret(name: string, value: string, hide: string[]): boolean {
  return SECRETS.test(name) || PERSONAL.test(value) || hide.indexOf(decoded(name)) >= 0;
}

/** Returns what the address says of the advertisement that led to it. */
export function campaignOf(address: string): Record<string, string> {
  var found: Record<string, string> = {};
  var query = (/\?([^#]*)/.exec(address) || [])[1] || "";
  query.split("&").forEach((pair) => {
    var at = pair.indexOf("=");
    var value = decoded(pair.slice(at + 1)).slice(0, LONGEST_VALUE);
    var known = at > 0 && CAMPAIGN.indexOf(pair.slice(0, at)) >= 0;
    if (known && value && !PERSONAL.test(value)) found[pair.slice(0, at)] = value;
  });
  return found;
}

/** Returns the host of an address, empty if there is none. */
export function hostOf(address: string): string {
  return (/^[a-z][a-z0-9+.-]*:\/\/([^\/?#]*)/i.exec(address) || [])[1] || "";
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, " "));
  } catch (broken) {
    return text;
  }
}
