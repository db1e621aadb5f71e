// The form of a metric: what is counted, of which event, and per day, week or month.
import { Conditions } from "./conditions.tsx";
import { Labelled, Select } from "./fields.tsx";
import { Bots, Breakdown } from "./funnel_form.tsx";
import type { Choice, FormProps } from "./forms.ts";
import { Picker } from "./picker.tsx";

const FREQUENCIES = ["hour", "day", "week", "month"];

export function MetricForm(props: FormProps) {
  const { form, onChange, events, operators, measures, argumentsOf } = props;
  const offered = measures.filter((one) => one.text);
  if (!offered.some((one) => one.value === form.measure)) return <MadeInCode {...props} />;
  return (
    <>
      <Labelled text="Metric">
        <Select
          label="Metric"
          value={form.measure}
          options={offered.map((one) => [one.value, one.label] as const)}
          onChange={(measure) => onChange({ ...form, measure })}
        />
      </Labelled>
      <Labelled text="Event">
        <Picker
          label="Event"
          placeholder="Select an event"
          free
          value={form.event}
          options={events}
          invalid={!form.event}
          onPick={(event) => onChange({ ...form, event })}
        />
      </Labelled>
      <Conditions
        of="Event"
        where={form.where}
        operators={operators}
        properties={argumentsOf(form.event)}
        onChange={(where) => onChange({ ...form, where })}
      />
      <Cut {...props} />
    </>
  );
}

/** A metric that this form cannot make: what it measures stands as it is, how it is cut can be changed. */
function MadeInCode(props: FormProps) {
  const { form, measures } = props;
  return (
    <>
      <Labelled text="Metric">
        <b>{measures.find((one) => one.value === form.measure)?.label ?? form.measure}</b>
      </Labelled>
      <p>What it measures is said in code: copy it as code, change it in a notebook and save it there.</p>
      <Cut {...props} />
    </>
  );
}

function Cut(props: FormProps) {
  const { form, onChange } = props;
  return (
    <>
      <Labelled text="Per">
        <div class="tnb-segments" role="group" aria-label="Per">
          {FREQUENCIES.map((freq) => (
            <button type="button" key={freq} aria-pressed={form.freq === freq} onClick={() => onChange({ ...form, freq })}>
              {freq}
            </button>
          ))}
        </div>
      </Labelled>
      <Breakdown {...props} event={form.event ?? undefined} />
      <details class="tnb-more">
        <summary>Counting rules</summary>
        <Bots form={form} onChange={onChange} />
      </details>
    </>
  );
}

/** The first page of a new metric: which of the types. */
export function MeasureChoice(props: { measures: Choice[]; value: string; onPick(value: string): void; next(): void }) {
  const { measures, value, onPick, next } = props;
  return (
    <form
      class="tnb-measures"
      onSubmit={(event) => {
        event.preventDefault();
        next();
      }}
    >
      <fieldset class="tnb-fieldset">
        <legend>What do you want to measure?</legend>
        {measures.filter((one) => one.text).map((one) => (
          <label class="tnb-measure" key={one.value}>
            <input
              type="radio"
              name="measure"
              value={one.value}
              checked={one.value === value}
              onChange={() => onPick(one.value)}
            />
            <b>{one.label}</b>
            <small>{one.text}</small>
          </label>
        ))}
      </fieldset>
      <button class="tnb-button tnb-primary">Next</button>
    </form>
  );
}
