// plotly.js: fetched once for the page, and told our colours.
import type { Model } from "./host.tsx";
import { ask } from "./host.tsx";

export interface Figure {
  data: any[];
  layout: any;
}

declare global {
  interface Window {
    Plotly?: any;
    tnbPlotly?: Promise<any>;
  }
}

/** plotly.js, from the page's own server where it says where (Voila), else from Python (JupyterLab). */
export function plotly(model: Model): Promise<any> {
  window.tnbPlotly ??= (window.Plotly ? Promise.resolve(window.Plotly) : fetched(model)).catch((problem) => {
    window.tnbPlotly = undefined;
    throw problem;
  });
  return window.tnbPlotly;
}

/** Have plotly.js ready before it is needed, once the page has nothing else to do. */
export function warmUp(model: Model): () => void {
  if (!document.querySelector("link#tnb-plotly")) return () => undefined;
  const idle = requestIdleCallback(() => void plotly(model).catch(() => undefined), { timeout: 5000 });
  return () => cancelIdleCallback(idle);
}

async function fetched(model: Model): Promise<any> {
  const link = document.querySelector<HTMLLinkElement>("link#tnb-plotly");
  if (link) await script(link.href);
  else await fromPython(model);
  return window.Plotly;
}

async function fromPython(model: Model): Promise<void> {
  const arrived = new Promise<DataView>((resolve) => {
    const heard = (content: any, buffers: DataView[]) => {
      if (!content?.plotly) return;
      model.off("msg:custom", heard);
      resolve(buffers[0]!);
    };
    model.on("msg:custom", heard);
  });
  await ask(model, "plotly");
  const url = URL.createObjectURL(new Blob([(await arrived) as BlobPart], { type: "text/javascript" }));
  await script(url).finally(() => URL.revokeObjectURL(url));
}

function script(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const tag = document.createElement("script");
    tag.src = url;
    tag.onload = () => resolve();
    tag.onerror = () => reject(new Error(`plotly.js did not load from ${url}`));
    document.head.append(tag);
  });
}

/** Narrower than this, a diagram is drawn for a phone. */
export const NARROW = 480;

/** The figure with our colours and type wherever it does not say its own. */
export function themed({ data, layout }: Figure, el: HTMLElement, height: number): Figure {
  const style = getComputedStyle(el);
  const colour = (name: string) => resolved(el, style.getPropertyValue(`--tnb-${name}`));
  const axes: any = {};
  for (const key of ["xaxis", "yaxis", ...Object.keys(layout).filter((name) => /^[xy]axis\d+$/.test(name))]) {
    const own = layout[key] ?? {};
    axes[key] = { gridcolor: colour("line"), linecolor: colour("line"), zerolinecolor: colour("line"), ...own };
  }
  const range = axes.xaxis.range;
  if (range && el.clientWidth < NARROW) {
    // The numbers beside the bars need the same room however narrow the page is.
    axes.xaxis.range = [range[0], range[1] * 1.4];
  }
  return {
    data,
    layout: {
      ...layout,
      ...axes,
      height,
      autosize: false,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: style.fontFamily, size: 12, ...layout.font, color: colour("ink") },
      hoverlabel: {
        bgcolor: colour("panel"),
        bordercolor: colour("line"),
        font: { color: colour("ink") },
        ...layout.hoverlabel,
      },
    },
  };
}

/** plotly.js knows no light-dark(): let the browser say which colour it is. */
function resolved(el: HTMLElement, value: string): string {
  const probe = document.createElement("span");
  probe.style.color = value;
  el.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
