import type { Storage } from "./storage.ts";

/** What the visitor allows: everything; nothing yet, until asked; nothing. */
export type Consent = "granted" | "pending" | "denied";

export interface Choice {
  state(): Consent;
  /** Keeps what the visitor decided, if it is another thing than the page assumes anyway. */
  decide(decision: "granted" | "denied"): void;
}

/** Returns the visitor's choice: his decision if there is one, else what the page assumes. Asking writes nothing. */
export function createChoice(assumed: Consent, storage: Storage, key: string): Choice {
  var kept = storage.read(key);
  var state: Consent = kept === "granted" || kept === "denied" ? kept : assumed;

  function decide(decision: "granted" | "denied"): void {
    state = decision;
    if (decision === assumed || (decision === "denied" && assumed === "pending")) storage.remove(key);
    else storage.write(key, decision);
  }

  return { state: () => state, decide };
}

/** Returns what to assume of a browser that asks not to be followed: its owner may still say yes. */
export function assumedFor(browser: Navigator, configured: Consent | undefined, respectDnt: boolean): Consent {
  var asks = browser as Navigator & { globalPrivacyControl?: boolean; doNotTrack?: string | null };
  if (asks.globalPrivacyControl || (respectDnt && asks.doNotTrack === "1")) return "denied";
  return configured === "pending" || configured === "denied" ? configured : "granted";
}
