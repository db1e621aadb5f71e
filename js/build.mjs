// Bundles the sources of this folder into tracktor_nb/static/. Run through build.py, which brings Node along.
import { build } from "esbuild";
import { globSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "tracktor_nb", "static");
const common = { absWorkingDir: here, bundle: true, minify: true, legalComments: "none", logLevel: "warning" };

// esbuild does not lower to ES5, it refuses what is not: sources of tio keep to ES5 syntax (var, function, arrow).
await build({
  ...common,
  entryPoints: { tio: "tio/index.ts" },
  outdir: out,
  format: "iife",
  target: "es5",
  sourcemap: "external",
  // The server puts the site's configuration in place of the first line, so the source map stays right.
  banner: { js: "/* tio.js */" },
  footer: { js: "//# sourceMappingURL=/static/tio.js.map" },
});

// The same library as a package for bundlers: js/npm is what `npm pack` packs.
await build({
  ...common,
  entryPoints: { tio: "tio/module.ts" },
  outdir: join(here, "npm", "dist"),
  format: "esm",
  target: "es2017",
  sourcemap: true,
});

// Each file directly in widgets/ is one module of its own: what they share lies in folders below.
const widgets = globSync("widgets/*.{ts,tsx,css}", { cwd: here }).filter((name) => !name.endsWith(".d.ts"));
rmSync(join(out, "widgets"), { recursive: true, force: true });
if (widgets.length > 0) {
  await build({
    ...common,
    entryPoints: widgets,
    outbase: "widgets",
    outdir: join(out, "widgets"),
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
  });
}
