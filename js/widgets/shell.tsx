// The head of the application: brand, sections, site. It keeps the route and the page's address the same.
import { useEffect } from "preact/hooks";
import { type Model, useTrait, widget } from "./parts/host.tsx";
import { Logo } from "./parts/icons.tsx";

function routeOfAddress(): string {
  return decodeURIComponent(location.hash.replace(/^#\/?/, ""));
}

/** Only a Voila page is ours alone; the address of JupyterLab is not ours to change. */
function useAddress(route: string, setRoute: (route: string) => void): void {
  useEffect(() => {
    if (!("voila" in document.body.dataset)) return;
    const address = new URL(location.href);
    if (address.searchParams.has("token")) {
      // The cookie is set: the token need not stay where it is read over a shoulder or copied along.
      address.searchParams.delete("token");
      history.replaceState(null, "", address);
    }
    const followed = () => {
      const wanted = routeOfAddress();
      if (wanted) setRoute(wanted);
    };
    followed();
    addEventListener("hashchange", followed);
    return () => removeEventListener("hashchange", followed);
  }, []);
  useEffect(() => {
    if (!("voila" in document.body.dataset) || !route) return;
    document.title = [...route.split("/").slice(2), "tracktor"].join(" · ");
    const before = routeOfAddress();
    if (before === route) return;
    const address = `#/${route.split("/").map(encodeURIComponent).join("/")}`;
    if (before) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
    scrollTo(0, 0);
  }, [route]);
}

function Shell({ model }: { model: Model }) {
  const [route, setRoute] = useTrait<string>(model, "route");
  const [sections] = useTrait<[string, string][]>(model, "sections");
  const [site] = useTrait<string>(model, "site");
  useAddress(route, setRoute);
  const section = route.split("/")[0];
  return (
    <div class="tnb-shell">
      <Logo />
      <nav aria-label="Sections">
        {sections.map(([id, title]) => (
          <button type="button" key={id} aria-current={id === section ? "page" : undefined} onClick={() => setRoute(id)}>
            {title}
          </button>
        ))}
      </nav>
      {site && (
        <span class="tnb-site" title="Site">
          {site}
        </span>
      )}
    </div>
  );
}

export default widget(Shell, "tnb-head");
