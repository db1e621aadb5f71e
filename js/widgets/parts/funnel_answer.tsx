// What a funnel counted: the diagram, the steps with links to their people, the groups of a breakdown.
import { Drawing } from "./drawing.tsx";
import { length, number, percent, shown } from "./format.ts";
import { type Model, tell } from "./host.tsx";

export interface StepCount {
  label: string;
  people: number;
  step_rate: number | null;
  rate: number | null;
  median_time: number | null;
}

export interface FunnelCounts {
  kind: "funnel";
  steps: StepCount[];
  /** The largest groups, with their people at each step. */
  breakdown: { value: unknown; steps: number[] }[];
  more_values: number;
  figure: any;
}

const GROUPS = 25;

export function FunnelAnswer({ model, answer }: { model: Model; answer: FunnelCounts }) {
  const { steps, figure } = answer;
  const first = steps[0]!;
  const last = steps.at(-1)!;
  const open = (step: number, stopped: boolean) => tell(model, "people", { step, stopped });
  return (
    <>
      <p class="tnb-headline">
        <b>{percent(last.rate)}</b>
        <span>
          {number(last.people)} of {number(first.people)} people reached the last step
        </span>
      </p>
      <Drawing
        model={model}
        figure={figure}
        height={figure.layout?.height ?? 340}
        title={`Funnel: ${steps.map((step) => `${step.label} ${step.people}`).join(", ")}`}
        onClick={({ point }) => open(point + 1, false)}
      />
      <StepTable steps={steps} open={open} />
      {answer.breakdown.length > 0 && <Groups answer={answer} />}
    </>
  );
}

function StepTable({ steps, open }: { steps: StepCount[]; open(step: number, stopped: boolean): void }) {
  return (
    <div class="tnb-scroll" tabIndex={0} role="region" aria-label="Steps">
      <table class="tnb-table tnb-step-table">
        <thead>
          <tr>
            <th scope="col">Event</th>
            <th scope="col">People</th>
            <th scope="col" class="tnb-wide">
              Of step before
            </th>
            <th scope="col">Of step 1</th>
            <th scope="col" class="tnb-wide">
              Median time
            </th>
            <th scope="col">Stopped here</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step, index) => (
            <tr key={index}>
              <th scope="row">
                <span class="tnb-step-name">
                  <span class="tnb-badge">{index + 1}</span>
                  <button type="button" class="tnb-link" onClick={() => open(index + 1, false)}>
                    {step.label}
                  </button>
                </span>
              </th>
              <td>{number(step.people)}</td>
              <td class="tnb-wide">{index === 0 ? "" : percent(step.step_rate)}</td>
              <td>
                <Share rate={step.rate} />
              </td>
              <td class="tnb-wide">{index === 0 ? "" : length(step.median_time)}</td>
              <td>
                <Stopped count={step.people - (steps[index + 1]?.people ?? step.people)} open={() => open(index + 1, true)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Stopped({ count, open }: { count: number; open(): void }) {
  if (count === 0) return null;
  return (
    <button type="button" class="tnb-link tnb-quiet" onClick={open}>
      {number(count)}
    </button>
  );
}

export function Share({ rate }: { rate: number | null }) {
  return (
    <span class="tnb-share">
      <i>{rate ? <span style={{ width: `${Math.min(1, rate) * 100}%` }} /> : null}</i>
      <em>{percent(rate)}</em>
    </span>
  );
}

function Groups({ answer }: { answer: FunnelCounts }) {
  const groups = answer.breakdown.slice(0, GROUPS);
  const rest = answer.breakdown.length - groups.length + answer.more_values;
  return (
    <div class="tnb-scroll" tabIndex={0} role="region" aria-label="Breakdown">
      <table class="tnb-table tnb-step-table">
        <thead>
          <tr>
            <th scope="col">Breakdown</th>
            <th scope="col">{answer.steps[0]!.label}</th>
            <th scope="col">{answer.steps.at(-1)!.label}</th>
            <th scope="col">Of step 1</th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ value, steps }) => (
            <tr key={shown(value)}>
              <th scope="row">{shown(value)}</th>
              <td>{number(steps[0])}</td>
              <td>{number(steps.at(-1))}</td>
              <td>
                <Share rate={steps[0] ? steps.at(-1)! / steps[0] : null} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rest > 0 && <p class="tnb-foot">… and {number(rest)} smaller groups.</p>}
    </div>
  );
}
