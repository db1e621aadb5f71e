// The form in which a definition is edited by hand. Its trait `form` is the definition's own JSON.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { CodeDialog, Confirm } from "./parts/dialog.tsx";
import { IconButton, TextField } from "./parts/fields.tsx";
import type { FormProps } from "./parts/forms.ts";
import { FunnelForm } from "./parts/funnel_form.tsx";
import { ask, type Model, tell, useTrait, widget } from "./parts/host.tsx";
import { Icon } from "./parts/icons.tsx";
import { MeasureChoice, MetricForm } from "./parts/metric_form.tsx";
import type { Property } from "./parts/operand.ts";

const NONE: Property[] = [];

/** What Python knows by that name, asked for once. */
function useAsked<T>(model: Model, question: string, values: Record<string, unknown>): T[] {
  const [known, setKnown] = useState<T[]>([]);
  useEffect(() => void ask<T[]>(model, question, values).then(setKnown, () => undefined), [model]);
  return known;
}

/** The arguments of events, asked for once each, when a form first wants them. */
function useArguments(model: Model): (event: string) => Property[] {
  const [known, setKnown] = useState<Record<string, Property[]>>({});
  const asked = useRef(new Set<string>());
  return useCallback(
    (event: string) => {
      if (event && !asked.current.has(event)) {
        asked.current.add(event);
        ask<Property[]>(model, "properties", { event }).then(
          (found) => setKnown((before) => ({ ...before, [event]: found })),
          () => asked.current.delete(event),
        );
      }
      return known[event] ?? NONE;
    },
    [model, known],
  );
}

function Editor({ model }: { model: Model }) {
  const [kind] = useTrait<"funnel" | "metric">(model, "kind");
  const [form, setForm] = useTrait<any>(model, "form");
  const [measures] = useTrait<FormProps["measures"]>(model, "measures");
  const [revision] = useTrait<number>(model, "revision");
  const [chosen, setChosen] = useState(kind !== "metric" || revision > 0 || form.event !== "");
  if (!chosen) {
    const pick = (measure: string) => setForm({ ...form, measure });
    return (
      <section class="tnb-card">
        <MeasureChoice measures={measures} value={form.measure} onPick={pick} next={() => setChosen(true)} />
      </section>
    );
  }
  return (
    <section class="tnb-card" onKeyDown={(event) => undoKeys(model, event)}>
      <Head model={model} kind={kind} />
      <Problem model={model} />
      <Form model={model} kind={kind} form={form} onChange={setForm} measures={measures} />
      <Actions model={model} kind={kind} revision={revision} />
    </section>
  );
}

type FormOf = Pick<FormProps, "form" | "onChange" | "measures"> & { model: Model; kind: "funnel" | "metric" };

function Form({ model, kind, ...rest }: FormOf) {
  const named = useAsked<{ name: string; count: number }>(model, "events", {});
  const events = useMemo(() => named.map(({ name, count }) => ({ value: name, count })), [named]);
  const properties = useAsked<Property>(model, "properties", { event: null });
  const [operators] = useTrait<FormProps["operators"]>(model, "operators");
  const argumentsOf = useArguments(model);
  const props = { ...rest, events, properties, operators, argumentsOf };
  return kind === "funnel" ? <FunnelForm {...props} /> : <MetricForm {...props} />;
}

/** Ctrl+Z and its sisters, except in a text box, where they mean the text. */
function undoKeys(model: Model, event: KeyboardEvent): void {
  const typing = (event.target as HTMLElement).matches("input:not([type=checkbox],[type=radio])");
  if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  event.preventDefault();
  tell(model, event.shiftKey ? "redo" : "undo");
}

function Head({ model, kind }: { model: Model; kind: string }) {
  const [name, setName] = useTrait<string>(model, "name");
  const [canUndo] = useTrait<boolean>(model, "can_undo");
  const [canRedo] = useTrait<boolean>(model, "can_redo");
  const [revision] = useTrait<number>(model, "revision");
  const [unsaved] = useTrait<boolean>(model, "unsaved");
  const label = kind === "funnel" ? "Funnel name" : "Metric name";
  const state = revision === 0 ? "not saved yet" : unsaved ? "changed" : `saved, revision ${revision}`;
  return (
    <header class="tnb-editor-head">
      <label class="tnb-name">
        <span class="tnb-label">
          {label} <small>· {state}</small>
        </span>
        <TextField label={label} placeholder={label} value={name} onChange={setName} />
      </label>
      <IconButton icon="undo" label="Undo" disabled={!canUndo} onClick={() => tell(model, "undo")} />
      <IconButton icon="redo" label="Redo" disabled={!canRedo} onClick={() => tell(model, "redo")} />
    </header>
  );
}

function Problem({ model }: { model: Model }) {
  const [problem] = useTrait<string>(model, "problem");
  return (
    <p class="tnb-hint" role="status" hidden={!problem}>
      {problem}
    </p>
  );
}

function Actions({ model, kind, revision }: { model: Model; kind: string; revision: number }) {
  const [name] = useTrait<string>(model, "name");
  const [deleting, setDeleting] = useState(false);
  const text = kind === "metric" && revision === 0 ? "Add metric" : `Save ${kind}`;
  return (
    <footer class="tnb-actions">
      <button type="button" class="tnb-button tnb-primary" onClick={() => tell(model, "save")}>
        {text}
      </button>
      <CopyAsCode model={model} />
      {revision > 0 && <IconButton icon="trash" label={`Delete this ${kind}`} onClick={() => setDeleting(true)} />}
      {deleting && (
        <Confirm
          title={`Delete “${name}”?`}
          text={`The ${kind} leaves the dashboard. What it counted stays recorded.`}
          yes={`Delete ${kind}`}
          act={() => tell(model, "delete")}
          close={() => setDeleting(false)}
        />
      )}
    </footer>
  );
}

function CopyAsCode({ model }: { model: Model }) {
  const [source, setSource] = useState<string | null>(null);
  const show = () => ask<string>(model, "source").then(setSource, () => undefined);
  return (
    <>
      <button type="button" class="tnb-link" onClick={show}>
        <Icon name="code" size={14} /> Copy as code
      </button>
      {source !== null && <CodeDialog source={source} close={() => setSource(null)} />}
    </>
  );
}

export default widget(Editor, "tnb-editor");
