// What joins a Preact component to the model of its widget: traits both ways, questions, toasts.
import { type ComponentType, render } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { toast } from "./toasts.tsx";

export interface Model {
  get(name: string): any;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown): void;
  on(event: string, handler: (...values: any[]) => void): void;
  off(event: string, handler: (...values: any[]) => void): void;
  widget_manager?: any;
}

let asked = 0;

/** Ask Python by name; the promise fails after Python has shown its own toast. */
export function ask<T>(model: Model, question: string, values: Record<string, unknown> = {}): Promise<T> {
  const id = ++asked;
  return new Promise<T>((resolve, reject) => {
    const heard = (content: any) => {
      if (content?.answers !== id) return;
      model.off("msg:custom", heard);
      if ("failed" in content) reject(new Error(content.failed));
      else resolve(content.value);
    };
    model.on("msg:custom", heard);
    model.send({ ...values, do: question, id });
  });
}

/** Tell Python to do something; what goes wrong there comes back as a toast. */
export function tell(model: Model, action: string, values: Record<string, unknown> = {}): void {
  model.send({ ...values, do: action });
}

/** The trait's value, following it; and the way to change it here and in Python. */
export function useTrait<T>(model: Model, name: string): [T, (value: T) => void] {
  const [value, follow] = useState<T>(() => model.get(name));
  useEffect(() => {
    const changed = () => follow(() => model.get(name));
    changed();
    model.on(`change:${name}`, changed);
    return () => model.off(`change:${name}`, changed);
  }, [model, name]);
  const change = useCallback(
    (next: T) => {
      model.set(name, next);
      model.save_changes();
    },
    [model, name],
  );
  return [value, change];
}

/** The anywidget module of a component. */
export function widget(Component: ComponentType<{ model: Model }>, className: string) {
  return {
    initialize({ model }: { model: Model }) {
      model.on("msg:custom", (content: any) => content?.toast && toast(content.toast));
    },
    render({ model, el }: { model: Model; el: HTMLElement }) {
      el.classList.add("tnb", className);
      // JupyterLab would take keys typed here for its own shortcuts.
      el.setAttribute("data-lm-suppress-shortcuts", "true");
      render(<Component model={model} />, el);
      return () => render(null, el);
    },
  };
}
