// The dashboard: one tile for each saved funnel and metric, each with its number and a small picture.
import { useEffect } from "preact/hooks";
import { instant, measured, number, percent } from "./parts/format.ts";
import { type Model, tell, useTrait, widget } from "./parts/host.tsx";
import { Icon } from "./parts/icons.tsx";
import { Menu } from "./parts/menu.tsx";
import { type Period, PeriodPicker } from "./parts/period.tsx";
import { warmUp } from "./parts/plot.ts";

interface Tile {
  name: string;
  kind: "funnel" | "metric";
  label: string;
  state: "waiting" | "ready" | "error";
  error?: string;
  rule?: string;
  computed_at?: number;
  total?: number | null;
  unit?: string;
  bars?: { start: number; value: number | null; partial: boolean }[];
  steps?: { label: string; people: number; rate: number | null }[];
}

/** So many steps fit into a tile; with more it can be scrolled, and must be reachable by keyboard. */
const FIT = 6;
/** Up to so many bars have each its name below, more only the first and the last. */
const NAMED = 7;

function Tiles({ model }: { model: Model }) {
  const [tiles] = useTrait<Tile[]>(model, "tiles");
  const [opened] = useTrait<string>(model, "opened");
  useEffect(() => warmUp(model), [model]);
  if (opened) return <Crumb model={model} opened={opened} />;
  return (
    <>
      <Head model={model} />
      {tiles.length === 0 ? (
        <Start model={model} />
      ) : (
        <ul class="tnb-tiles" aria-label="Funnels and metrics">
          {tiles.map((tile) => (
            <TileCard key={tile.name} model={model} tile={tile} />
          ))}
        </ul>
      )}
      <Elsewhere model={model} />
    </>
  );
}

/** What is saved and has no tile, and where it is seen. */
function Elsewhere({ model }: { model: Model }) {
  const [elsewhere] = useTrait<{ name: string; kind: string }[]>(model, "elsewhere");
  if (elsewhere.length === 0) return null;
  return (
    <p class="tnb-elsewhere">
      Saved too, and drawn in notebooks: {elsewhere.map((each) => `“${each.name}” (${each.kind})`).join(", ")}. There:{" "}
      <code>site.evaluate({JSON.stringify(elsewhere[0]!.name)}).plot()</code>
    </p>
  );
}

/** What stands above an open builder: the way back, and what is open. */
function Crumb({ model, opened }: { model: Model; opened: string }) {
  const [what, ...rest] = opened.split("/");
  return (
    <div class="tnb-crumb">
      <button type="button" class="tnb-link" onClick={() => tell(model, "back")}>
        <Icon name="back" size={14} /> Analytics
      </button>
      <h1>{what === "new" ? `New ${rest[0]}` : rest.join("/")}</h1>
    </div>
  );
}

function Head({ model }: { model: Model }) {
  const [period, setPeriod] = useTrait<Period>(model, "period");
  const [periods] = useTrait<string[]>(model, "periods");
  const create = (kind: string) => tell(model, "create", { kind });
  return (
    <div class="tnb-page-head">
      <h1>Analytics</h1>
      <PeriodPicker value={period} names={periods} onPick={setPeriod} />
      <Menu
        label="Create new"
        items={[
          { label: "Metric", hint: "How many people, how often", act: () => create("metric") },
          { label: "Funnel", hint: "How far people get, step by step", act: () => create("funnel") },
        ]}
      >
        <Icon name="plus" size={14} /> Create new
      </Menu>
    </div>
  );
}

function TileCard({ model, tile }: { model: Model; tile: Tile }) {
  const [zone] = useTrait<string>(model, "zone");
  return (
    <li class="tnb-card tnb-tile" aria-busy={tile.state === "waiting"} data-name={tile.name}>
      <p class="tnb-kind">
        <Icon name={tile.kind} size={13} /> {tile.kind === "funnel" ? "Funnel" : tile.label}
      </p>
      <h2>
        <button type="button" onClick={() => tell(model, "open", { name: tile.name })}>
          {tile.name}
        </button>
      </h2>
      <TileBody tile={tile} zone={zone} />
      <div class="tnb-foot">
        <span class="tnb-rule" title={tile.rule}>
          {tile.rule ?? ""}
        </span>
        {tile.computed_at !== undefined && (
          <span>computed at {instant(tile.computed_at, zone, { dateStyle: undefined, timeStyle: "medium" })}</span>
        )}
      </div>
    </li>
  );
}

function TileBody({ tile, zone }: { tile: Tile; zone: string }) {
  if (tile.state === "error") return <p class="tnb-problem">{tile.error}</p>;
  if (tile.steps) return <Funnel steps={tile.steps} />;
  if (tile.bars) return <Histogram total={tile.total ?? null} unit={tile.unit ?? ""} bars={tile.bars} zone={zone} />;
  return <div class="tnb-skeleton tnb-skeleton-tile" />;
}

interface HistogramProps {
  total: number | null;
  unit: string;
  bars: NonNullable<Tile["bars"]>;
  zone: string;
}

function Histogram({ total, unit, bars, zone }: HistogramProps) {
  const most = Math.max(...bars.map((bar) => bar.value ?? 0), 0);
  const day = (at: number) => instant(at, zone, { dateStyle: undefined, timeStyle: undefined, day: "numeric", month: "short" });
  const each = bars.length <= NAMED;
  return (
    <>
      <p class="tnb-total">{measured(total, unit)}</p>
      <div class="tnb-bars" role="img" aria-label={`${bars.length} bars, the highest ${measured(most, unit)}`}>
        {bars.map((bar) => (
          <span key={bar.start} class={bar.partial ? "tnb-partial" : ""} title={`${day(bar.start)}: ${measured(bar.value, unit)}`}>
            <i style={{ height: `${most ? (Math.max(bar.value ?? 0, 0) / most) * 100 : 0}%` }} />
          </span>
        ))}
      </div>
      <p class={`tnb-days ${each ? "tnb-each" : ""}`}>
        {(each ? bars : bars.length > 1 ? [bars[0]!, bars.at(-1)!] : bars).map((bar) => (
          <span key={bar.start}>{day(bar.start)}</span>
        ))}
      </p>
    </>
  );
}

function Funnel({ steps }: { steps: NonNullable<Tile["steps"]> }) {
  const first = steps[0]!.people;
  const last = steps.at(-1)!;
  return (
    <>
      <p class="tnb-total">
        {percent(last.rate)}
        <small>
          {number(last.people)} of {number(first)} people
        </small>
      </p>
      <ol class="tnb-mini-funnel" tabIndex={steps.length > FIT ? 0 : undefined}>
        {steps.map((step, index) => (
          <li key={index} data-step={index + 1} title={`${step.label}: ${number(step.people)}`}>
            <span class="tnb-clip">{step.label}</span>
            <i style={{ width: `${first ? (step.people / first) * 100 : 0}%` }} />
            <b>{number(step.people)}</b>
          </li>
        ))}
      </ol>
    </>
  );
}

/** The friendly start of a site where nothing is saved yet. */
function Start({ model }: { model: Model }) {
  const [suggestions] = useTrait<string[]>(model, "suggestions");
  return (
    <section class="tnb-card tnb-start">
      <Icon name="metric" size={40} />
      <h2>{suggestions.length ? "Your visitors are here. What do you want to know?" : "No event has arrived yet"}</h2>
      {suggestions.length ? (
        <>
          <p>Start with one of your most frequent events, or create a funnel to see where people stop.</p>
          <p class="tnb-suggestions">
            {suggestions.map((event) => (
              <button type="button" class="tnb-button" key={event} onClick={() => tell(model, "create", { kind: "metric", event })}>
                {event}
              </button>
            ))}
          </p>
          <button type="button" class="tnb-button tnb-primary" onClick={() => tell(model, "create", { kind: "funnel" })}>
            <Icon name="funnel" size={14} /> Create a funnel
          </button>
        </>
      ) : (
        <p>Put the snippet into your site. This page shows the first event as soon as it arrives.</p>
      )}
    </section>
  );
}

export default widget(Tiles, "tnb-analytics");
