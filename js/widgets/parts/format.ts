// Numbers, durations and instants as people read them.
const plain = new Intl.NumberFormat("en-US");
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const ratio = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });

const SECOND = 1_000_000;
const UNITS: [number, string][] = [
  [86_400 * SECOND, "d"],
  [3600 * SECOND, "h"],
  [60 * SECOND, "min"],
  [SECOND, "s"],
];

/** "23,570", and "2.955" for what is not whole; a dash for no value. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return Number.isInteger(value) ? plain.format(value) : ratio.format(value);
}

/** "23.6K" beside names in lists. */
export function compact(value: number): string {
  return short.format(value);
}

/** "49.5 %" of a rate in 0..1; a rounding never turns some into none or into all. */
export function percent(rate: number | null | undefined): string {
  if (rate === null || rate === undefined) return "–";
  const shown = rate * 100;
  if (shown > 0 && shown < 0.1) return "< 0.1 %";
  if (shown < 100 && shown >= 99.95) return "> 99.9 %";
  return `${shown >= 99.95 || shown === 0 ? Math.round(shown) : shown.toFixed(1)} %`;
}

/** "2 d 4 h" for microseconds. */
export function length(microseconds: number | null | undefined): string {
  if (microseconds === null || microseconds === undefined) return "–";
  const index = UNITS.findIndex(([size]) => microseconds >= size);
  if (index < 0) return "< 1 s";
  const [size, unit] = UNITS[index]!;
  const whole = Math.floor(microseconds / size);
  const next = UNITS[index + 1];
  const rest = next ? Math.floor((microseconds - whole * size) / next[0]) : 0;
  return rest && next ? `${whole} ${unit} ${rest} ${next[1]}` : `${whole} ${unit}`;
}

/** A number as its unit is read: lengths of time (microseconds), shares of 1, or plain. */
export function measured(value: number | null | undefined, unit: string): string {
  if (unit === "time") return length(value);
  return unit === "share" ? percent(value) : number(value);
}

/** An instant (microseconds UTC) in the site's time zone. */
export function instant(microseconds: number, zone: string, style: Intl.DateTimeFormatOptions = {}): string {
  const options: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short", ...style };
  return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }).format(microseconds / 1000);
}

/** The value of a breakdown or an argument as text. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return "not set";
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function plural(count: number, one: string, many: string): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}
