// The date range: the named ranges, or a first and a last day.
import { useRef, useState } from "preact/hooks";
import { Icon } from "./icons.tsx";
import { Popup } from "./popup.tsx";

/** A named range, a duration such as "30d", or [start, end) as ISO dates. */
export type Period = string | [string, string];

const DAY_MS = 86_400_000;

function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The range as people say it; the end is shown as the last day inside. */
export function periodText(period: Period): string {
  if (typeof period === "string") return period.charAt(0).toUpperCase() + period.slice(1);
  const [start, end] = period;
  return end.length === 10 ? `${start} to ${shifted(end, -1)}` : `${start} to ${end}`;
}

interface Props {
  value: Period;
  names: string[];
  onPick(period: Period): void;
}

export function PeriodPicker({ value, names, onPick }: Props) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const pick = (period: Period) => {
    setOpen(false);
    button.current?.focus();
    onPick(period);
  };
  return (
    <span class="tnb-period">
      <button
        type="button"
        ref={button}
        class="tnb-field tnb-picker-button"
        aria-label={`Date range: ${periodText(value)}`}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="calendar" size={14} />
        <span class="tnb-clip">{periodText(value)}</span>
        <Icon name="down" size={14} />
      </button>
      {open && (
        <Popup anchor={button} close={() => setOpen(false)} class="tnb-period-panel">
          <Ranges value={value} names={names} onPick={pick} />
        </Popup>
      )}
    </span>
  );
}

function Ranges({ value, names, onPick }: Props) {
  const today = new Date().toISOString().slice(0, 10);
  const custom = Array.isArray(value) && value[1].length === 10;
  const [first, setFirst] = useState(custom ? value[0] : shifted(today, -6));
  const [last, setLast] = useState(custom ? shifted(value[1], -1) : today);
  const wrong = !first || !last || first > last;
  return (
    <div role="dialog" aria-label="Date range" class="tnb-ranges">
      <div class="tnb-range-names">
        {names.map((name) => (
          <button type="button" key={name} data-first={name === value || undefined} aria-pressed={name === value} onClick={() => onPick(name)}>
            {periodText(name)}
          </button>
        ))}
      </div>
      <form
        class="tnb-range-custom"
        onSubmit={(event) => {
          event.preventDefault();
          if (!wrong) onPick([first, shifted(last, 1)]);
        }}
      >
        <b>Custom range</b>
        <label>
          First day
          <input class="tnb-field" type="date" value={first} onInput={(event) => setFirst(event.currentTarget.value)} />
        </label>
        <label>
          Last day
          <input class="tnb-field" type="date" value={last} onInput={(event) => setLast(event.currentTarget.value)} />
        </label>
        {wrong && <small class="tnb-problem">The last day lies before the first.</small>}
        <button class="tnb-button tnb-primary" disabled={wrong}>
          Show this range
        </button>
      </form>
    </div>
  );
}
