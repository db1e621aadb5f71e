// The pulse of a live page: it beats here, only while the page is seen, so it stops with the page.
import { useEffect, useState } from "preact/hooks";
import { ask, type Model, useTrait, widget } from "./parts/host.tsx";

type State = "live" | "paused" | "reconnecting" | "ended";

/** Kernel states after which the Python side of this page is gone, even if a new kernel comes up in its place. */
const GONE = new Set(["restarting", "autorestarting", "terminating", "dead"]);
/** Unanswered for so long by a kernel that is not busy: nobody is there. */
const SILENCE_MS = 20_000;

function inVoila(): boolean {
  return "voila" in document.body.dataset;
}

/** Follow the kernel behind the widget, where the page knows it. */
function useKernel(model: Model, report: (state: State) => void): { current(): string } {
  const kernel = model.widget_manager?.kernel;
  useEffect(() => {
    if (!kernel) return;
    const status = (_: unknown, state: string) => GONE.has(state) && report("ended");
    const connection = (_: unknown, state: string) => {
      if (state === "connecting") report("reconnecting");
      if (state === "connected") report("live");
      if (state === "disconnected") report("ended");
    };
    kernel.statusChanged?.connect(status);
    kernel.connectionStatusChanged?.connect(connection);
    return () => {
      kernel.statusChanged?.disconnect(status);
      kernel.connectionStatusChanged?.disconnect(connection);
    };
  }, [kernel]);
  return { current: () => kernel?.status ?? "unknown" };
}

function usePulse(model: Model, interval: number, ended: boolean, report: (state: State) => void, busy: () => boolean) {
  useEffect(() => {
    if (ended) return;
    let since = 0;
    const beat = () => {
      if (document.visibilityState !== "visible") return report("paused");
      if (since) {
        if (Date.now() - since > SILENCE_MS && !busy()) report("ended");
        return;
      }
      since = Date.now();
      const done = () => {
        since = 0;
      };
      ask(model, "tick").then(() => (done(), report("live")), done);
    };
    beat();
    const timer = setInterval(beat, interval);
    document.addEventListener("visibilitychange", beat);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", beat);
    };
  }, [model, interval, ended]);
}

const WORDS: Record<State, string> = {
  live: "Live",
  paused: "Paused",
  reconnecting: "Reconnecting…",
  ended: "Session ended",
};

function Ticker({ model }: { model: Model }) {
  const [interval] = useTrait<number>(model, "interval");
  const [state, setState] = useState<State>("live");
  const report = (next: State) => setState((before) => (before === "ended" ? before : next));
  const kernel = useKernel(model, report);
  usePulse(model, interval, state === "ended", report, () => kernel.current() === "busy");
  return (
    <>
      <span class={`tnb-live tnb-live-${state}`} title="Numbers follow what your visitors do">
        <i aria-hidden="true" />
        {WORDS[state]}
      </span>
      {state === "ended" && <Ended />}
    </>
  );
}

function Ended() {
  if (!inVoila()) return <span class="tnb-problem">Run the cell again to go on.</span>;
  return (
    <div class="tnb-overlay" role="alertdialog" aria-modal="true" aria-label="Session ended">
      <div class="tnb-card">
        <h2>Session ended</h2>
        <p>This page was idle for a while, or the server was restarted. Nothing that you saved is lost.</p>
        <button type="button" class="tnb-button tnb-primary" autoFocus onClick={() => location.reload()}>
          Reload
        </button>
      </div>
    </div>
  );
}

export default widget(Ticker, "tnb-ticker");
