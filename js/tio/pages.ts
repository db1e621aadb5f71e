import { campaignOf, cleaned } from "./address.ts";

/** A page somebody sees, as the arguments of an event say it. */
export interface View {
  page: string;
  url: string;
  title: string;
  referrer?: string;
  [campaign: string]: string | undefined;
}

export interface Pages {
  /** The page at this moment. */
  view(): View;
  /** Its whole address, for patterns; never sent. */
  address(): string;
  /** Calls back for the page at this moment, opened at that time, and whenever another one is seen from now on. */
  watch(opened: number, seen: (view: View, at: number) => void): void;
}

/** What of the window is needed. */
export type Browser = Pick<Window, "addEventListener" | "setTimeout"> & {
  location: { href: string; pathname: string };
  history: History;
  document: { title: string; referrer: string };
};

var LONGEST_TITLE = 500;

/**
 * Returns the pages of one browser tab. Sites of one page change the address by the History API; with `fragments` what
 * stands behind # names pages too. The same address again is the same page.
 */
export function createPages(browser: Browser, hide: string[], fragments: boolean): Pages {
  var referrer = browser.document.referrer;

  function address(): string {
    return browser.location.href;
  }

  function name(): string {
    return fragments ? address() : address().split("#")[0]!;
  }

  function view(): View {
    var fragment = fragments ? address().slice(address().split("#")[0]!.length) : "";
    var found: View = {
      page: browser.location.pathname + cleaned(fragment, hide, true),
      url: cleaned(address(), hide, fragments),
      title: browser.document.title.slice(0, LONGEST_TITLE),
    };
    var campaign = campaignOf(address());
    Object.keys(campaign).forEach((each) => (found[each] = campaign[each]));
    if (referrer) found.referrer = cleaned(referrer, hide, false);
    return found;
  }

  function watch(opened: number, seen: (view: View, at: number) => void): void {
    var shown = name();

    function moved(): void {
      var at = Date.now();
      // Who changes the address sets the title right after.
      browser.setTimeout(() => {
        if (name() === shown) return;
        referrer = shown;
        shown = name();
        seen(view(), at);
      }, 0);
    }

    wrap(browser.history, "pushState", moved);
    wrap(browser.history, "replaceState", moved);
    browser.addEventListener("popstate", moved);
    browser.addEventListener("hashchange", moved);
    browser.addEventListener("pageshow", (event) => {
      if (event.persisted) seen(view(), Date.now());
    });
    seen(view(), opened);
  }

  return { view, address, watch };
}

function wrap(history: History, method: "pushState" | "replaceState", after: () => void): void {
  var original = history[method];
  history[method] = function (this: History) {
    original.apply(this, arguments as unknown as Parameters<History["pushState"]>);
    after();
  };
}
