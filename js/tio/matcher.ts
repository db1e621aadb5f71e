// The patterns of pages that tracktor_nb/semantics/auto_event.py explains, the way it matches them.
var LONGEST_ADDRESS = 10000;
var WITHIN = -1; // `*`: any text without a slash
var ACROSS = -2; // `**`: any text, slashes too
var ANY = -3; // `?`: one character, no slash
var SLASH = 47;
var QUESTION = 63;
var HASH = 35;

/** True if the pattern, in the form the server gives it, matches the address of a page. */
export function matches(pattern: string, address: string): boolean {
  var tokens = tokensOf(pattern);
  return textsOf(pattern, address).some((text) => fits(tokens, text));
}

/** What of an address the pattern is compared with: what it does not mention is left out. */
function textsOf(pattern: string, address: string): string[] {
  var parts = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/)?([^\/?#]*)([^?#]*)(\?[^#]*)?(#[^]*)?$/.exec(
    address.slice(0, LONGEST_ADDRESS),
  )!;
  var path = parts[3] || "/";
  if (pattern.charAt(0) !== "/") path = parts[2]!.toLowerCase() + path;
  if (pattern.indexOf("://") >= 0) path = (parts[1] || "").toLowerCase() + path;
  var fragment = (pattern.indexOf("#") >= 0 && parts[5]) || "";
  var texts = [path + fragment];
  if (pattern.indexOf("?") >= 0) texts.push(path + (parts[4] || "") + fragment);
  return texts.concat(texts.filter((text) => text.slice(-1) === "/").map((text) => text.slice(0, -1)));
}

function tokensOf(pattern: string): number[] {
  var found = pattern.match(/\*\*|[^]/g) || [];
  return found.map((each) => {
    if (each === "**") return ACROSS;
    return each === "*" ? WITHIN : each === "?" ? ANY : each.charCodeAt(0);
  });
}

/** Walks the text once with all places of the pattern that can be reached: no pattern makes it slow. */
function fits(tokens: number[], text: string): boolean {
  var seen: number[] = [];
  var reached: number[] = [];

  function reach(place: number, at: number): void {
    if (seen[place] === at) return;
    seen[place] = at;
    reached.push(place);
    if (tokens[place] === WITHIN || tokens[place] === ACROSS) reach(place + 1, at);
  }

  reach(0, 0);
  for (var at = 1; at <= text.length && reached.length; at++) {
    var before = reached;
    var character = text.charCodeAt(at - 1);
    reached = [];
    for (var i = 0; i < before.length; i++) {
      var place = before[i]!;
      if (repeats(tokens[place], character)) reach(place, at);
      else if (takes(tokens[place], character)) reach(place + 1, at);
    }
  }
  return reached.indexOf(tokens.length) >= 0;
}

function repeats(token: number | undefined, character: number): boolean {
  if (token !== WITHIN && token !== ACROSS) return false;
  return character !== QUESTION && character !== HASH && (token === ACROSS || character !== SLASH);
}

function takes(token: number | undefined, character: number): boolean {
  return token === ANY ? character !== SLASH && character !== HASH : token === character;
}
