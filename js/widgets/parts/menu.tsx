// A button that opens a short list of actions.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { Popup } from "./popup.tsx";

interface Item {
  label: string;
  hint?: string;
  act(): void;
}

export function Menu({ label, items, children }: { label: string; items: Item[]; children: ComponentChildren }) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        type="button"
        ref={button}
        class="tnb-button tnb-primary"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {children}
      </button>
      {open && (
        <Popup anchor={button} close={() => setOpen(false)}>
          <Items label={label} items={items} close={() => setOpen(false)} />
        </Popup>
      )}
    </>
  );
}

function Items({ label, items, close }: { label: string; items: Item[]; close(): void }) {
  const list = useRef<HTMLDivElement>(null);
  const focus = (index: number) => (list.current?.children[index] as HTMLElement | undefined)?.focus();
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const now = [...list.current!.children].indexOf(document.activeElement!);
    focus((now + step + items.length) % items.length);
  };
  return (
    <div class="tnb-menu" role="menu" aria-label={label} ref={list} onKeyDown={keys}>
      {items.map((item, index) => (
        <button
          type="button"
          role="menuitem"
          data-first={index === 0 || undefined}
          key={item.label}
          onClick={() => {
            close();
            item.act();
          }}
        >
          <b>{item.label}</b>
          {item.hint && <small>{item.hint}</small>}
        </button>
      ))}
    </div>
  );
}
