// The form of a funnel: its steps in order, and the rules of counting.
import { useEffect, useRef, useState } from "preact/hooks";
import { Conditions } from "./conditions.tsx";
import { DurationField, IconButton, Labelled, Select } from "./fields.tsx";
import { Icon } from "./icons.tsx";
import type { FormProps } from "./forms.ts";
import { isRows, withRow } from "./operand.ts";
import { Picker } from "./picker.tsx";

interface StepBody {
  type: "step";
  event: string;
  where: any;
}

const ENTRY = [
  ["any", "any time they did step 1"],
  ["first", "only the first time they did step 1"],
] as const;
const SCOPES = [
  ["funnel", "of step 1"],
  ["per step", "of the step before"],
] as const;
const UNTIL = [
  ["range end", "inside the date range"],
  ["now", "also after the date range, until now"],
] as const;

export function FunnelForm(props: FormProps) {
  const { form, onChange } = props;
  const steps: StepBody[] = form.steps;
  const list = useRef<HTMLOListElement>(null);
  const [focus, setFocus] = useState<string | null>(null);
  useEffect(() => {
    if (focus !== null) list.current?.querySelector<HTMLElement>(focus)?.focus();
    setFocus(null);
  }, [focus]);
  const set = (next: StepBody[]) => onChange({ ...form, steps: next });
  const move = (index: number, by: -1 | 1) => {
    set(steps.with(index, steps[index + by]!).with(index + by, steps[index]!));
    setFocus(`[data-step="${index + by}"] [data-move="${by}"]`);
  };
  const add = () => {
    set([...steps, { type: "step", event: "", where: null }]);
    setFocus(`[data-step="${steps.length}"] .tnb-picker-button`);
  };
  return (
    <>
      <fieldset class="tnb-fieldset">
        <legend>Users who have performed the event</legend>
        <ol class="tnb-steps" ref={list}>
          {steps.map((step, index) => (
            <StepRow
              key={index}
              {...props}
              {...{ step, index, move }}
              last={index === steps.length - 1}
              change={(next) => set(steps.with(index, next))}
              remove={() => set(steps.toSpliced(index, 1))}
            />
          ))}
        </ol>
        <button type="button" class="tnb-add" aria-label="Add a step" title="Add a step" onClick={add}>
          <Icon name="plus" />
        </button>
      </fieldset>
      <Breakdown {...props} event={steps[0]?.event} />
      <Rules {...props} />
    </>
  );
}

interface StepProps extends FormProps {
  step: StepBody;
  index: number;
  last: boolean;
  change(step: StepBody): void;
  move(index: number, by: -1 | 1): void;
  remove(): void;
}

function StepRow({ step, index, last, events, argumentsOf, operators, change, move, remove }: StepProps) {
  const name = `Step ${index + 1}`;
  const narrow = () => isRows(step.where) && change({ ...step, where: withRow(step.where) });
  return (
    <li data-step={index}>
      <div class="tnb-step">
        <span class="tnb-badge" aria-hidden="true">
          {index + 1}
        </span>
        <Picker
          label={`${name}: event`}
          placeholder="Select an event"
          free
          value={step.event}
          options={events}
          invalid={!step.event}
          onPick={(event) => change({ ...step, event })}
        />
        <IconButton
          icon="filter"
          label={`${name}: only where…`}
          pressed={step.where !== null}
          onClick={narrow}
        />
        <IconButtonMove by={-1} disabled={index === 0} onClick={() => move(index, -1)} name={name} />
        <IconButtonMove by={1} disabled={last} onClick={() => move(index, 1)} name={name} />
        <IconButton icon="close" label={`Remove ${name.toLowerCase()}`} onClick={remove} />
      </div>
      {step.where !== null && (
        <Conditions
          of={name}
          where={step.where}
          operators={operators}
          properties={argumentsOf(step.event)}
          onChange={(where) => change({ ...step, where })}
        />
      )}
    </li>
  );
}

function IconButtonMove({ by, name, ...rest }: { by: -1 | 1; name: string; disabled: boolean; onClick(): void }) {
  return (
    <span class="tnb-move">
      <button
        type="button"
        class="tnb-icon-button"
        data-move={by}
        aria-label={`Move ${name.toLowerCase()} ${by < 0 ? "up" : "down"}`}
        title={by < 0 ? "Move up" : "Move down"}
        {...rest}
      >
        <Icon name={by < 0 ? "up" : "down"} />
      </button>
    </span>
  );
}

export function Breakdown({ form, onChange, properties, argumentsOf, event }: FormProps & { event: string | undefined }) {
  const own = event ? argumentsOf(event).map((one) => ({ value: one.name, hint: "event" })) : [];
  const names = new Set(own.map((one) => one.value));
  const people = properties.filter((one) => !names.has(one.name)).map((one) => ({ value: one.name, hint: "person" }));
  return (
    <Labelled text="Breakdown">
      <Picker
        label="Breakdown"
        none="None"
        free
        value={form.by ?? ""}
        options={[...own, ...people]}
        onPick={(by) => onChange({ ...form, by: by || null })}
      />
    </Labelled>
  );
}

function Rules({ form, onChange }: FormProps) {
  const set = (values: object) => onChange({ ...form, ...values });
  const limit = (window: string | null) => set({ window, window_scope: window === null ? "funnel" : form.window_scope });
  return (
    <details class="tnb-more">
      <summary>Counting rules</summary>
      <Labelled text="Time limit">
        <span class="tnb-inline">
          <DurationField label="Time limit" none="No limit" value={form.window} onChange={limit} />
          {form.window !== null && (
            <Select label="Time limit counts from" value={form.window_scope} options={SCOPES} onChange={(window_scope) => set({ window_scope })} />
          )}
        </span>
      </Labelled>
      <Labelled text="People enter">
        <Select label="People enter" value={form.entry} options={ENTRY} onChange={(entry) => set({ entry })} />
      </Labelled>
      <Labelled text="Later steps count">
        <Select label="Later steps count" value={form.until} options={UNTIL} onChange={(until) => set({ until })} />
      </Labelled>
      <Bots form={form} onChange={onChange} />
    </details>
  );
}

export function Bots({ form, onChange }: Pick<FormProps, "form" | "onChange">) {
  return (
    <label class="tnb-check">
      <input
        type="checkbox"
        checked={form.include_bots}
        onChange={(event) => onChange({ ...form, include_bots: event.currentTarget.checked })}
      />
      Count bots too
    </label>
  );
}
