// What every form of a definition is given. A form edits the JSON of the definition and leaves alone what it does not draw.
import type { Operator, Property } from "./operand.ts";
import type { Option } from "./picker.tsx";

export interface Choice {
  value: string;
  label: string;
  /** What it means; empty for what this form does not make. */
  text: string;
}

export interface FormProps {
  form: any;
  onChange(form: any): void;
  events: Option[];
  /** Of people. */
  properties: Property[];
  /** Of one event. */
  argumentsOf(event: string): Property[];
  operators: Operator[];
  measures: Choice[];
}
