import { matches } from "./matcher.ts";

/** An event that the site made in the dashboard: of a page by the pattern of its address, or a click by a selector. */
export interface AutoEvent {
  name: string;
  kind: "page" | "click";
  match: string;
}

/** Returns the names of the events that seeing the address makes. */
export function pageEvents(events: AutoEvent[], address: string): string[] {
  return events.filter((event) => event.kind === "page" && matches(event.match, address)).map((event) => event.name);
}

var LONGEST_HANDLER = 2; // milliseconds

/**
 * Calls `clicked` with the name of each event whose selector is met by what was clicked or by what it lies in, also
 * across open shadow roots. It listens first, so that no page stops it, and gives the page its turn back in time: what
 * is left then, and `:has`, is tried right after. A selector that no browser can read is taken out of `events`, with a
 * warning.
 */
export function watchClicks(
  page: Document,
  events: AutoEvent[],
  clicked: (name: string) => void,
  warn: (message: string) => void,
): void {
  function tryAll(target: Element, rest: AutoEvent[]): void {
    var started = performance.now();
    for (var i = 0; i < rest.length; i++) {
      if (meets(target, rest[i]!)) clicked(rest[i]!.name);
      if (performance.now() - started >= LONGEST_HANDLER) {
        setTimeout(tryAll, 0, target, rest.slice(i + 1));
        return;
      }
    }
  }

  function meets(target: Element, event: AutoEvent): boolean {
    try {
      return closest(target, event.match);
    } catch (unreadable) {
      events.splice(events.indexOf(event), 1);
      warn("the auto event " + event.name + " has a selector that this browser cannot read: " + event.match);
      return false;
    }
  }

  function listen(event: Event): void {
    var target = event.composedPath()[0];
    var rest = events.filter((each) => each.kind === "click");
    if (!rest.length || !(target instanceof Element) || isPrivate(target)) return;
    tryAll(target, rest.filter((each) => !isDear(each)));
    if (rest.some(isDear)) setTimeout(tryAll, 0, target, rest.filter(isDear));
  }

  page.addEventListener("click", listen, { capture: true, passive: true });
}

/** Looking into an element costs as much as there is in it, once for each of those it lies in. */
function isDear(event: AutoEvent): boolean {
  return event.match.indexOf(":has(") >= 0;
}

function isPrivate(target: Element): boolean {
  return closest(target, "[data-tio-ignore],input[type=password],input[type=hidden]");
}

function closest(target: Element, selector: string): boolean {
  for (var start: Element | undefined = target; start; start = hostOf(start)) {
    if (start.closest(selector)) return true;
  }
  return false;
}

/** The element whose shadow root holds this one. */
function hostOf(element: Element): Element | undefined {
  var root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : undefined;
}
