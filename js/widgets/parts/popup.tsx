// A panel that opens under a button, in the browser's top layer, so that no notebook cell cuts it off.
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

const GAP = 4;
const MARGIN = 8;

function place(panel: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect();
  panel.style.minWidth = `${at.width}px`;
  const size = panel.getBoundingClientRect();
  const below = innerHeight - at.bottom;
  const above = below < size.height + MARGIN && at.top > below;
  const left = Math.max(MARGIN, Math.min(at.left, innerWidth - size.width - MARGIN));
  panel.style.left = `${left}px`;
  panel.style.top = above ? `${Math.max(MARGIN, at.top - size.height - GAP)}px` : `${at.bottom + GAP}px`;
}

interface Props {
  anchor: RefObject<HTMLElement | null>;
  close(): void;
  children: ComponentChildren;
  class?: string;
}

export function Popup({ anchor, close, children, class: extra = "" }: Props) {
  const panel = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const box = panel.current!;
    box.showPopover();
    box.querySelector<HTMLElement>("[data-first]")?.focus();
    const follow = () => anchor.current && place(box, anchor.current);
    follow();
    const sizes = new ResizeObserver(follow);
    sizes.observe(box);
    addEventListener("scroll", follow, true);
    addEventListener("resize", follow);
    return () => {
      sizes.disconnect();
      removeEventListener("scroll", follow, true);
      removeEventListener("resize", follow);
    };
  }, []);
  useEffect(() => {
    const outside = (event: Event) => {
      const path = event.composedPath();
      if (!path.includes(panel.current!) && !path.includes(anchor.current!)) close();
    };
    addEventListener("pointerdown", outside, true);
    return () => removeEventListener("pointerdown", outside, true);
  });
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
    anchor.current?.focus();
  };
  return (
    <div class={`tnb-popup ${extra}`} popover="manual" ref={panel} onKeyDown={keys}>
      {children}
    </div>
  );
}
