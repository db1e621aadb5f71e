// What a definition counts right now, with its date range, its rule and its time.
import { instant } from "./parts/format.ts";
import { FunnelAnswer, type FunnelCounts } from "./parts/funnel_answer.tsx";
import { type Model, tell, useTrait, widget } from "./parts/host.tsx";
import { Icon } from "./parts/icons.tsx";
import { MetricAnswer, type MetricCounts } from "./parts/metric_answer.tsx";
import { type Period, PeriodPicker, periodText } from "./parts/period.tsx";

type Counts = FunnelCounts | MetricCounts;

function Answer({ model }: { model: Model }) {
  const [answer] = useTrait<Counts | Record<string, never>>(model, "answer");
  const [error] = useTrait<string>(model, "error");
  const [busy] = useTrait<boolean>(model, "busy");
  return (
    <section class="tnb-card" aria-busy={busy}>
      <Head model={model} busy={busy} />
      {error ? <Failed model={model} error={error} /> : <Body model={model} answer={answer} busy={busy} />}
      {"kind" in answer && !error && <Foot model={model} />}
    </section>
  );
}

function Head({ model, busy }: { model: Model; busy: boolean }) {
  const [period, setPeriod] = useTrait<Period>(model, "period");
  const [periods] = useTrait<string[]>(model, "periods");
  return (
    <header class="tnb-answer-head">
      <span class="tnb-label">Date range</span>
      <PeriodPicker value={period} names={periods} onPick={setPeriod} />
      {busy && (
        <span class="tnb-working" role="status">
          <span class="tnb-spinner" aria-hidden="true" /> Counting…
        </span>
      )}
    </header>
  );
}

function Body({ model, answer, busy }: { model: Model; answer: Counts | Record<string, never>; busy: boolean }) {
  const [period] = useTrait<Period>(model, "period");
  if (!("kind" in answer)) return busy ? <div class="tnb-skeleton tnb-skeleton-chart" /> : <Unbuilt />;
  const nobody = answer.kind === "funnel" ? answer.steps[0]?.people === 0 : answer.buckets.every((one: any) => !one.value);
  if (nobody) return <Nobody model={model} period={period} />;
  if (answer.kind === "funnel") return <FunnelAnswer model={model} answer={answer as FunnelCounts} />;
  return <MetricAnswer model={model} answer={answer as MetricCounts} />;
}

function Unbuilt() {
  return (
    <div class="tnb-void">
      <Icon name="metric" size={34} />
      <b>The numbers appear here</b>
      <p>Choose an event, and you see what it counts at once.</p>
    </div>
  );
}

function Nobody({ model, period }: { model: Model; period: Period }) {
  const [, setPeriod] = useTrait<Period>(model, "period");
  return (
    <div class="tnb-void">
      <Icon name="calendar" size={34} />
      <b>Nothing in this date range</b>
      <p>“{periodText(period)}” holds nothing that this counts.</p>
      {period !== "all time" && (
        <button type="button" class="tnb-button" onClick={() => setPeriod("all time")}>
          Show all time
        </button>
      )}
    </div>
  );
}

function Failed({ model, error }: { model: Model; error: string }) {
  return (
    <div class="tnb-void tnb-failed" role="alert">
      <b>This could not be counted</b>
      <p>{error}</p>
      <button type="button" class="tnb-button" onClick={() => tell(model, "retry")}>
        Try again
      </button>
    </div>
  );
}

function Foot({ model }: { model: Model }) {
  const [rule] = useTrait<string>(model, "rule");
  const [computedAt] = useTrait<number>(model, "computed_at");
  const [zone] = useTrait<string>(model, "zone");
  return (
    <footer class="tnb-foot">
      <span>{rule}</span>
      <span>
        <Icon name="clock" size={12} /> computed at {instant(computedAt, zone, { timeStyle: "medium" })} ({zone})
      </span>
    </footer>
  );
}

export default widget(Answer, "tnb-answer");
