// Our own line icons, 20 by 20, in the colour of the text around them.
const PATHS = {
  up: "M5 12l5-5 5 5",
  down: "M5 8l5 5 5-5",
  close: "M5 5l10 10M15 5L5 15",
  plus: "M10 4v12M4 10h12",
  filter: "M3 5h14M6 10h8M8.5 15h3",
  undo: "M7 4L3 8l4 4M3 8h8a5 5 0 010 10H8",
  redo: "M13 4l4 4-4 4M17 8H9a5 5 0 000 10h3",
  code: "M7 5l-5 5 5 5M13 5l5 5-5 5",
  back: "M12 4l-6 6 6 6",
  search: "M9 3a6 6 0 100 12A6 6 0 009 3zM13.5 13.5L18 18",
  calendar: "M3 5h14v12H3zM3 9h14M7 3v4M13 3v4",
  funnel: "M2 4h16M5 10h10M8 16h4",
  metric: "M3 17V9M8 17V4M13 17v-6M18 17V7",
  trash: "M4 6h12M8 6V4h4v2M6 6l1 11h6l1-11",
  download: "M10 3v9M6 9l4 4 4-4M4 17h12",
  people: "M7 9a3 3 0 100-6 3 3 0 000 6zM1 17a6 6 0 0112 0M13 3.5a3 3 0 010 5.5M15 12a6 6 0 014 5",
  clock: "M10 2a8 8 0 100 16 8 8 0 000-16zM10 6v4l3 2",
  check: "M4 10l4 4 8-9",
};

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="tnb-icon" viewBox="0 0 20 20" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <span class="tnb-logo">
      <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
        <path d="M3 20.5L21 3.5v17z" fill="currentColor" />
        <path d="M3 20.5L12 12v8.500z" fill="currentColor" opacity=".45" />
      </svg>
      tracktor
    </span>
  );
}
