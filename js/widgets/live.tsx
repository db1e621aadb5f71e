// What arrives at a site, the newest first: the page asks for news while it is seen and not paused.
import { useEffect, useRef, useState } from "preact/hooks";
import { instant, plural, shown } from "./parts/format.ts";
import { ask, type Model, useTrait, widget } from "./parts/host.tsx";

interface Arrival {
  kind: "event" | "change" | "alias" | "refused";
  key: string;
  received_at: number;
  id: string | null;
  name?: string;
  into?: string;
  data?: Record<string, unknown> | null;
  bot?: boolean;
  route?: string;
  code?: string;
  message?: string;
}

const KEPT = 200;
const NAMES = { event: "Event", change: "Properties", alias: "Merge", refused: "Refused" };

function Live({ model }: { model: Model }) {
  const [site] = useTrait<string>(model, "site");
  const [paused, setPaused] = useTrait<boolean>(model, "paused");
  const { rows, failed } = useArrivals(model, paused);
  return (
    <section class="tnb-card">
      <header class="tnb-live-head">
        <h2>What arrives at {site}</h2>
        <span class="tnb-state" role="status">
          {failed ? "Not reachable" : paused ? "Paused" : `Live · ${plural(rows.length, "row", "rows")}`}
        </span>
        <button type="button" class="tnb-button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
          {paused ? "Go on" : "Pause"}
        </button>
      </header>
      {rows.length === 0 ? <p class="tnb-void">Nothing yet. Send an event, and it appears here.</p> : <Rows model={model} rows={rows} />}
    </section>
  );
}

/** The rows so far. What is asked twice is shown once: each row has a key. */
function useArrivals(model: Model, paused: boolean): { rows: Arrival[]; failed: boolean } {
  const [rows, setRows] = useState<Arrival[]>([]);
  const [failed, setFailed] = useState(false);
  const [interval] = useTrait<number>(model, "interval");
  const after = useRef<string | null>(null);
  useEffect(() => {
    if (paused) return;
    let current = true;
    let asking = false;
    const beat = async () => {
      if (asking || document.visibilityState !== "visible") return;
      asking = true;
      try {
        const news = await ask<{ rows: Arrival[]; after: string }>(model, "arrivals", { after: after.current });
        if (!current) return;
        after.current = news.after;
        setFailed(false);
        if (news.rows.length > 0) setRows((before) => merged(news.rows, before));
      } catch {
        if (current) setFailed(true);
      } finally {
        asking = false;
      }
    };
    beat();
    const timer = setInterval(beat, interval);
    document.addEventListener("visibilitychange", beat);
    return () => {
      current = false;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", beat);
    };
  }, [model, interval, paused]);
  return { rows, failed };
}

function merged(news: Arrival[], before: Arrival[]): Arrival[] {
  const known = new Set(before.map((row) => row.key));
  return [...news.filter((row) => !known.has(row.key)).reverse(), ...before].slice(0, KEPT);
}

function Rows({ model, rows }: { model: Model; rows: Arrival[] }) {
  const [zone] = useTrait<string>(model, "zone");
  return (
    <div class="tnb-scroll tnb-live-rows" tabIndex={0} role="region" aria-label="What arrived, the newest first">
      <table class="tnb-table">
        <thead>
          <tr>
            <th scope="col">Arrived</th>
            <th scope="col">What</th>
            <th scope="col">Person</th>
            <th scope="col">Details</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key} class={`tnb-live-${row.kind}`}>
              <td>{instant(row.received_at, zone, { dateStyle: undefined, timeStyle: "medium" })}</td>
              <td>
                <span class="tnb-live-kind">{NAMES[row.kind]}</span> {row.name ?? row.code ?? ""}
                {row.bot && <span class="tnb-state"> bot</span>}
              </td>
              <td class="tnb-id">{row.id ?? ""}</td>
              <td class="tnb-live-details">{details(row)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function details(row: Arrival): string {
  if (row.kind === "refused") return `/${row.route}: ${row.message}`;
  if (row.kind === "alias") return `is ${row.into}`;
  return Object.entries(row.data ?? {})
    .map(([name, value]) => `${name}: ${shown(value)}`)
    .join(", ");
}

export default widget(Live, "tnb-live");
