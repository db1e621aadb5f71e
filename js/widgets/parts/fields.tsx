// Small inputs that the forms share.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icons.tsx";

const PAUSE_MS = 400;

interface TextProps {
  label: string;
  value: string;
  onChange(value: string): void;
  type?: "text" | "number" | "date" | "search";
  placeholder?: string;
  class?: string;
  invalid?: boolean;
  min?: number;
}

/** A text box that tells its value after a pause, on Enter, and when it is left. */
export function TextField({ label, value, onChange, type = "text", class: extra = "", ...rest }: TextProps) {
  const [draft, setDraft] = useState(value);
  const told = useRef(value);
  const timer = useRef(0);
  useEffect(() => {
    if (value !== told.current) setDraft(value);
    told.current = value;
  }, [value]);
  const tell = (text: string) => {
    clearTimeout(timer.current);
    if (text === told.current) return;
    told.current = text;
    onChange(text);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  // The types of inputs are told apart attribute by attribute; ours share all that is used here.
  const kind = { type } as { type: "text" };
  return (
    <input
      class={`tnb-field ${extra}`}
      {...kind}
      aria-label={label}
      aria-invalid={rest.invalid || undefined}
      placeholder={rest.placeholder}
      min={rest.min}
      value={draft}
      onInput={(event) => {
        const text = event.currentTarget.value;
        setDraft(text);
        clearTimeout(timer.current);
        timer.current = window.setTimeout(() => tell(text), PAUSE_MS);
      }}
      onBlur={(event) => tell(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") tell(event.currentTarget.value);
      }}
    />
  );
}

interface SelectProps {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange(value: string): void;
  class?: string;
}

export function Select({ label, value, options, onChange, class: extra = "" }: SelectProps) {
  return (
    <span class={`tnb-select ${extra}`}>
      <select class="tnb-field" aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one} selected={one === value}>
            {text}
          </option>
        ))}
      </select>
      <Icon name="down" size={14} />
    </span>
  );
}

interface IconButtonProps {
  icon: IconName;
  label: string;
  onClick(): void;
  disabled?: boolean;
  pressed?: boolean;
  class?: string;
}

export function IconButton({ icon, label, onClick, disabled, pressed, class: extra = "" }: IconButtonProps) {
  return (
    <button
      type="button"
      class={`tnb-icon-button ${extra}`}
      aria-label={label}
      title={label}
      disabled={disabled}
      aria-pressed={pressed}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

export function Labelled({ text, children }: { text: string; children: ComponentChildren }) {
  return (
    <div class="tnb-labelled">
      <span class="tnb-label">{text}</span>
      {children}
    </div>
  );
}

const UNITS = [
  ["m", "minutes"],
  ["h", "hours"],
  ["d", "days"],
  ["w", "weeks"],
  ["s", "seconds"],
] as const;

/** A duration such as "7d"; with `none`, also no duration at all. */
export function DurationField(props: {
  label: string;
  value: string | null;
  none?: string;
  onChange(value: string | null): void;
}) {
  const { label, value, none, onChange } = props;
  const [, count = "7", unit = "d"] = /^(\d+)([smhdw])$/.exec(value ?? "") ?? [];
  const units = none === undefined ? UNITS : ([["", none], ...UNITS] as const);
  return (
    <span class="tnb-duration">
      {value !== null && (
        <TextField
          label={`${label}: how many`}
          type="number"
          min={1}
          class="tnb-short"
          value={count}
          onChange={(text) => onChange(`${text}${unit}`)}
        />
      )}
      <Select
        label={`${label}: unit`}
        value={value === null ? "" : unit}
        options={units}
        onChange={(next) => onChange(next === "" ? null : `${count}${next}`)}
      />
    </span>
  );
}
