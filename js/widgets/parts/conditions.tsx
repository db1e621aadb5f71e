// Rows that ask for arguments of an event: property, operator, value.
import { Icon } from "./icons.tsx";
import { DurationField, IconButton, Select, TextField } from "./fields.tsx";
import { fitted, type Has, isRows, joined, type Operand, type Operator } from "./operand.ts";
import { type Property, rowsOf, typed, type Where, withRow, written } from "./operand.ts";
import { Picker } from "./picker.tsx";

interface Props {
  /** What the rows narrow down, for labels: "Step 2". */
  of: string;
  where: any;
  operators: Operator[];
  properties: Property[];
  onChange(where: Where): void;
}

export function Conditions({ of, where, operators, properties, onChange }: Props) {
  if (!isRows(where)) return <Kept of={of} onRemove={() => onChange(null)} />;
  const [rows, word] = rowsOf(where);
  const change = (index: number, row: Has) => onChange(joined(rows.with(index, row), word));
  return (
    <div class="tnb-conditions" role="group" aria-label={`${of}: only where`}>
      {rows.map((row, index) => (
        <div class="tnb-condition" key={index}>
          {index === 0 ? <span class="tnb-word">where</span> : <Word word={word} onPick={(w) => onChange(joined(rows, w))} />}
          <Row of={`${of}, condition ${index + 1}`} {...{ row, operators, properties }} onChange={(r) => change(index, r)} />
          <IconButton
            icon="close"
            label={`Remove condition ${index + 1} of ${of}`}
            onClick={() => onChange(joined(rows.toSpliced(index, 1), word))}
          />
        </div>
      ))}
      <button type="button" class="tnb-link" onClick={() => onChange(withRow(where))}>
        <Icon name="plus" size={13} /> {rows.length ? "Add a condition" : "Only where…"}
      </button>
    </div>
  );
}

/** A condition that was written in code and is more than rows can show: it stands until it is removed. */
function Kept({ of, onRemove }: { of: string; onRemove(): void }) {
  return (
    <div class="tnb-kept">
      <Icon name="code" size={14} />
      <span>A condition written in code. “Copy as code” shows it.</span>
      <IconButton icon="close" label={`Remove the condition of ${of}`} onClick={onRemove} />
    </div>
  );
}

function Word({ word, onPick }: { word: "and" | "or"; onPick(word: "and" | "or"): void }) {
  const other = word === "and" ? "or" : "and";
  return (
    <button type="button" class="tnb-word tnb-word-button" title={`Change to “${other}”`} onClick={() => onPick(other)}>
      {word}
    </button>
  );
}

interface RowProps {
  of: string;
  row: Has;
  operators: Operator[];
  properties: Property[];
  onChange(row: Has): void;
}

function Row({ of, row, operators, properties, onChange }: RowProps) {
  const takes = operators.find((one) => one.op === row.op)?.takes ?? "one";
  const property = properties.find((one) => one.name === row.property);
  const options = properties.map((one) => ({ value: one.name, hint: one.type }));
  const pickOperator = (op: string) => {
    const next = operators.find((one) => one.op === op)?.takes ?? "one";
    onChange({ ...row, op, value: fitted(row.value, next) });
  };
  return (
    <div class="tnb-condition-parts">
      <Picker
        label={`${of}: property`}
        placeholder="Property"
        free
        value={row.property}
        options={options}
        invalid={!row.property}
        onPick={(name) => onChange({ ...row, property: name })}
      />
      <Select
        label={`${of}: operator`}
        value={row.op}
        options={operators.map((one) => [one.op, one.label] as const)}
        onChange={pickOperator}
      />
      <Value {...{ of, takes, property }} value={row.value} onChange={(value) => onChange({ ...row, value })} />
    </div>
  );
}

interface ValueProps {
  of: string;
  takes: string;
  property: Property | undefined;
  value: Operand;
  onChange(value: Operand): void;
}

function Value({ of, takes, property, value, onChange }: ValueProps) {
  const label = `${of}: value`;
  const meant = (text: string) => (takes === "text" ? text || null : typed(text, property?.type));
  if (takes === "nothing") return null;
  if (takes === "duration") {
    return <DurationField label={label} value={written(value)} onChange={(next) => onChange(next)} />;
  }
  if (takes === "instant") {
    return <TextField label={label} type="date" value={written(value).slice(0, 10)} onChange={(t) => onChange(t || null)} />;
  }
  if (takes === "two") return <Two label={label} value={value as Operand[]} meant={meant} onChange={onChange} />;
  if (takes === "many") return <Many label={label} value={value as Operand[]} {...{ property, meant, onChange }} />;
  if (takes === "text" || !property?.values?.length) {
    return (
      <TextField
        label={label}
        placeholder="Value"
        value={written(value)}
        invalid={value === null}
        onChange={(text) => onChange(meant(text))}
      />
    );
  }
  return (
    <Picker
      label={label}
      placeholder="Value"
      free
      value={written(value)}
      options={property.values.map((one) => ({ value: written(one) }))}
      invalid={value === null}
      onPick={(text) => onChange(known(text, property) ?? meant(text))}
    />
  );
}

/** The catalogue's own value of that spelling: it knows the type. */
function known(text: string, property: Property): Operand | undefined {
  return property.values?.find((one) => written(one) === text);
}

interface ListProps {
  label: string;
  value: Operand[];
  meant(text: string): Operand;
  onChange(value: Operand): void;
}

function Two({ label, value, meant, onChange }: ListProps) {
  const [low = null, high = null] = value;
  return (
    <span class="tnb-two">
      <TextField label={`${label}, from`} value={written(low)} onChange={(text) => onChange([meant(text), high])} />
      <span>and</span>
      <TextField label={`${label}, to`} value={written(high)} onChange={(text) => onChange([low, meant(text)])} />
    </span>
  );
}

function Many({ label, value, property, meant, onChange }: ListProps & { property: Property | undefined }) {
  const chosen = value.map(written);
  const options = (property?.values ?? []).map((one) => ({ value: written(one) }));
  return (
    <span class="tnb-many">
      {chosen.map((text, index) => (
        <span class="tnb-chip" key={text}>
          {text}
          <button type="button" aria-label={`Remove ${text}`} onClick={() => onChange(value.toSpliced(index, 1))}>
            ×
          </button>
        </span>
      ))}
      <Picker
        label={label}
        placeholder="Add a value"
        free
        value=""
        invalid={value.length === 0}
        options={options.filter((option) => !chosen.includes(option.value))}
        onPick={(text) => onChange([...value, (property && known(text, property)) ?? meant(text)])}
      />
    </span>
  );
}
