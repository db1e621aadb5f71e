// Operands of conditions, as JSON of the definition: what each operator takes, and what typed text means.
export type Scalar = string | number | boolean | null;
/** A number that JavaScript would change (5.0, 2**60) travels as its text. */
export interface ExactNumber {
  type: "number";
  text: string;
}
export type Operand = Scalar | ExactNumber | Operand[];

export interface Operator {
  op: string;
  label: string;
  takes: string;
}

export interface Property {
  name: string;
  type?: string;
  values?: Scalar[];
}

export interface Has {
  type: "has";
  property: string;
  op: string;
  value: Operand;
  ignore_case: boolean;
}

export interface Group {
  type: "and" | "or";
  conditions: Has[];
}

export type Where = null | Has | Group;

const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The value that a typed text means for a property of that type; an empty text is no value. */
export function typed(text: string, type?: string): Scalar {
  if (text === "") return null;
  if (type === "text") return text;
  if (NUMBER.test(text) && Number.isFinite(Number(text))) return Number(text);
  if (type !== "number" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** An operand as a text box shows it. */
export function written(operand: Operand | undefined): string {
  if (operand === null || operand === undefined) return "";
  if (Array.isArray(operand)) return operand.map(written).join(", ");
  return typeof operand === "object" ? operand.text : String(operand);
}

function scalar(operand: Operand): Operand {
  return Array.isArray(operand) ? (operand[0] ?? null) : operand;
}

/** What becomes of an operand when the operator changes to one that takes something else. */
export function fitted(operand: Operand, takes: string): Operand {
  const one = scalar(operand);
  if (takes === "nothing") return null;
  if (takes === "two") return Array.isArray(operand) && operand.length === 2 ? operand : [one, null];
  if (takes === "many") return Array.isArray(operand) ? operand : one === null ? [] : [one];
  if (takes === "duration") return typeof one === "string" && /^\d+[smhdw]$/.test(one) ? one : "30d";
  if (takes === "instant") return typeof one === "string" && /^\d{4}-\d\d-\d\d/.test(one) ? one : null;
  if (takes === "text") return one === null ? null : written(one);
  return one;
}

function isDrawn(operand: unknown): boolean {
  if (Array.isArray(operand)) return operand.every((item) => !Array.isArray(item) && isDrawn(item));
  return operand === null || typeof operand !== "object" || (operand as ExactNumber).type === "number";
}

/** True for what the rows can show: one comparison, or comparisons joined by one word. */
export function isRows(where: any): where is Where {
  if (where === null) return true;
  if (where.type === "has") return isDrawn(where.value);
  return (
    (where.type === "and" || where.type === "or") && where.conditions.every((c: any) => c.type === "has" && isRows(c))
  );
}

/** The comparisons of a condition, and the word that joins them. */
export function rowsOf(where: Where): [Has[], "and" | "or"] {
  if (where === null) return [[], "and"];
  return where.type === "has" ? [[where], "and"] : [where.conditions, where.type];
}

/** The condition of these comparisons: a group of one is the comparison itself. */
export function joined(rows: Has[], word: "and" | "or"): Where {
  if (rows.length < 2) return rows[0] ?? null;
  return { type: word, conditions: rows };
}

/** The condition with one more comparison to fill in. */
export function withRow(where: Where): Where {
  const [rows, word] = rowsOf(where);
  return joined([...rows, { type: "has", property: "", op: "is", value: null, ignore_case: false }], word);
}
