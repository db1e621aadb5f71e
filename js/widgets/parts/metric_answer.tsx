// What a metric counted: its numbers to the left, the diagram, the groups of a breakdown.
import { Drawing } from "./drawing.tsx";
import { measured, number, shown } from "./format.ts";
import { Share } from "./funnel_answer.tsx";
import { type Model, tell } from "./host.tsx";
import { Icon } from "./icons.tsx";

export interface Bucket {
  start: number;
  value: number | null;
  partial: boolean;
}

export interface MetricCounts {
  kind: "metric";
  /** What the total is, in the seed's words. */
  label: string;
  /** "time" in microseconds, "share" of 1, or the name of what is counted. */
  unit: string;
  /** What the total never stands without, such as the median of a mean. */
  beside: { label: string; value: number | null; unit: string }[];
  /** "Daily", "Weekly", … */
  every: string;
  total: number | null;
  maximum: number | null;
  minimum: number | null;
  average: number | null;
  /** True if the totals of the groups add up to the whole. */
  adds_up: boolean;
  buckets: Bucket[];
  breakdown: { value: unknown; total: number | null }[];
  more_values: number;
  figure: any;
}

const GROUPS = 25;

export function MetricAnswer({ model, answer }: { model: Model; answer: MetricCounts }) {
  const { label, unit, every, figure } = answer;
  const numbers = [
    { label, value: answer.total, unit },
    { label: `${every} maximum`, value: answer.maximum, unit },
    { label: `${every} minimum`, value: answer.minimum, unit },
    { label: `${every} average`, value: answer.average, unit },
    ...answer.beside,
  ];
  return (
    <>
      <div class="tnb-metric">
        <div>
          <dl class="tnb-numbers">
            {numbers.map((one) => (
              <div key={one.label}>
                <dt>{one.label}</dt>
                <dd>{measured(one.value, one.unit)}</dd>
              </div>
            ))}
          </dl>
          <button
            type="button"
            class="tnb-link tnb-people-link"
            onClick={() => tell(model, "people", { step: 1, stopped: false })}
          >
            <Icon name="people" size={14} /> Show the people
          </button>
        </div>
        <Drawing model={model} figure={figure} height={figure.layout?.height ?? 320} title={`${label}: ${measured(answer.total, unit)}`} />
      </div>
      {answer.breakdown.length > 0 && <Groups answer={answer} />}
    </>
  );
}

function Groups({ answer }: { answer: MetricCounts }) {
  const groups = answer.breakdown.slice(0, GROUPS);
  const rest = answer.breakdown.length - groups.length + answer.more_values;
  const most = Math.max(...groups.map((group) => group.total ?? 0), Number.MIN_VALUE);
  return (
    <div class="tnb-scroll" tabIndex={0} role="region" aria-label="Breakdown">
      <table class="tnb-table tnb-step-table">
        <thead>
          <tr>
            <th scope="col">Breakdown</th>
            <th scope="col">{answer.label}</th>
            <th scope="col">{answer.adds_up ? "Of all" : "Of the largest"}</th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ value, total }) => (
            <tr key={shown(value)}>
              <th scope="row">{shown(value)}</th>
              <td>{measured(total, answer.unit)}</td>
              <td>
                <Share rate={total === null ? null : total / (answer.adds_up ? answer.total || 1 : most)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rest > 0 && <p class="tnb-foot">… and {number(rest)} smaller groups.</p>}
    </div>
  );
}

