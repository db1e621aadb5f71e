// A plotly figure in the page: drawn when it changes, sized with the page, its clicks passed on, saved as a picture.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Model } from "./host.tsx";
import { Icon } from "./icons.tsx";
import { type Figure, NARROW, plotly, themed } from "./plot.ts";

export interface Click {
  curve: number;
  point: number;
  x: unknown;
  y: unknown;
  /** So that a second click on the same place is news. */
  at: number;
}

interface Props {
  model: Model;
  figure: Figure;
  height: number;
  /** What the picture shows, for those who cannot see it, and for the name of the saved file. */
  title: string;
  onClick?(click: Click): void;
}

const CONFIG = { displayModeBar: false, displaylogo: false };
/** The width to draw at while the page is not seen and has none. */
const UNSEEN = 600;
const PICTURE = { width: 1200, height: 640, scale: 2 };

/** Counts the changes between light and dark. */
function useTheme(): number {
  const [changes, set] = useState(0);
  useEffect(() => {
    const media = matchMedia("(prefers-color-scheme: dark)");
    const changed = () => set((count) => count + 1);
    media.addEventListener("change", changed);
    const lab = new MutationObserver(changed);
    lab.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
    return () => {
      media.removeEventListener("change", changed);
      lab.disconnect();
    };
  }, []);
  return changes;
}

export function Drawing({ model, figure, height, title, onClick }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const clicked = useRef(onClick);
  clicked.current = onClick;
  const [state, setState] = useState<"waiting" | "drawn" | "failed">("waiting");
  const theme = useTheme();
  const [narrow, setNarrow] = useState<boolean | null>(null);
  useLayoutEffect(() => {
    let current = true;
    const draw = async () => {
      const Plotly = await plotly(model);
      if (!current || !box.current) return;
      const { data, layout } = themed(figure, box.current, height);
      await Plotly.react(box.current, data, { ...layout, width: box.current.clientWidth || UNSEEN }, CONFIG);
      fit(box.current);
      listen(box.current, clicked);
      setState("drawn");
    };
    draw().catch(() => current && setState("failed"));
    return () => {
      current = false;
    };
  }, [figure, height, theme, narrow]);
  useEffect(() => {
    const element = box.current!;
    const sizes = new ResizeObserver(() => {
      fit(element);
      if (element.clientWidth) setNarrow(element.clientWidth < NARROW);
    });
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      window.Plotly?.purge(element);
    };
  }, []);
  const save = async (format: "png" | "svg") => {
    const Plotly = await plotly(model);
    await Plotly.downloadImage(box.current, { format, filename: title.replace(/[^\w-]+/g, "-"), ...PICTURE });
  };
  return (
    <figure class={`tnb-drawing tnb-${state}`} style={{ minHeight: `${height}px` }}>
      <div class="tnb-plot" ref={box} role="img" aria-label={title} />
      {state === "waiting" && <div class="tnb-skeleton tnb-skeleton-chart" aria-hidden="true" />}
      {state === "failed" && <p class="tnb-problem">The diagram could not be drawn. Reload the page.</p>}
      {state === "drawn" && (
        <figcaption class="tnb-tools">
          {(["png", "svg"] as const).map((format) => (
            <button type="button" class="tnb-link" key={format} onClick={() => save(format)}>
              <Icon name="download" size={13} /> {format.toUpperCase()}
            </button>
          ))}
        </figcaption>
      )}
    </figure>
  );
}

/** Draw at the width of the page: it may have changed while plotly.js was drawing, or the page was not seen yet. */
function fit(element: any): void {
  const width = element?.clientWidth;
  if (width && element._fullLayout && element._fullLayout.width !== width) window.Plotly.relayout(element, { width });
}

/** plotly.js puts its own event methods on the element; one listener is enough for its life. */
function listen(element: any, clicked: { current: ((click: Click) => void) | undefined }): void {
  if (element.tnbListens) return;
  element.tnbListens = true;
  element.on("plotly_click", ({ points: [point] }: any) => {
    clicked.current?.({ curve: point.curveNumber, point: point.pointNumber, x: point.x, y: point.y, at: Date.now() });
  });
}
