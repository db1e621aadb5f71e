// A plotly figure as a widget: the trait `figure` is its JSON.
import { Drawing } from "./parts/drawing.tsx";
import { type Model, useTrait, widget } from "./parts/host.tsx";
import type { Figure } from "./parts/plot.ts";

function Chart({ model }: { model: Model }) {
  const [figure] = useTrait<Figure | Record<string, never>>(model, "figure");
  const [height] = useTrait<number>(model, "height");
  const [title] = useTrait<string>(model, "title");
  const [, setClicked] = useTrait(model, "clicked");
  const [busy] = useTrait<boolean>(model, "busy");
  if (busy && !figure.data) return <div class="tnb-skeleton" style={{ height: `${height}px` }} />;
  if (!figure.data?.length) {
    return (
      <p class="tnb-void" style={{ minHeight: `${height}px` }}>
        Nothing to draw yet.
      </p>
    );
  }
  return <Drawing model={model} figure={figure as Figure} height={height} title={title} onClick={setClicked} />;
}

export default widget(Chart, "tnb-chart");
