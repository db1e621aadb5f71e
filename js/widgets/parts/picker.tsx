// A list to choose from, with search: events, properties, values.
import { useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { compact } from "./format.ts";
import { Icon } from "./icons.tsx";
import { Popup } from "./popup.tsx";

export interface Option {
  value: string;
  label?: string;
  count?: number;
  hint?: string;
}

interface Props {
  label: string;
  value: string;
  options: Option[];
  onPick(value: string): void;
  placeholder?: string;
  /** Also take a text that is not in the list. */
  free?: boolean;
  /** The name of choosing nothing; without it something must be chosen. */
  none?: string;
  invalid?: boolean;
  onOpen?(): void;
}

const SHOWN = 200;

function matching(options: Option[], search: string): Option[] {
  const wanted = search.trim().toLowerCase();
  const found = wanted
    ? options.filter((option) => (option.label ?? option.value).toLowerCase().includes(wanted))
    : options;
  return found.slice(0, SHOWN);
}

function offered(props: Props, search: string): Option[] {
  const found = matching(props.options, search);
  const typed = search.trim();
  const known = props.options.some((option) => option.value === typed);
  const own = props.free && typed && !known ? [{ value: typed, label: `Use “${typed}”` }] : [];
  const none = props.none !== undefined && !typed ? [{ value: "", label: props.none }] : [];
  return [...none, ...found, ...own];
}

export function Picker(props: Props) {
  const { label, value, placeholder = "Choose…", invalid } = props;
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const chosen = props.options.find((option) => option.value === value);
  const text = value ? (chosen?.label ?? value) : (props.none ?? placeholder);
  const show = () => {
    props.onOpen?.();
    setOpen(true);
  };
  const keys = (event: KeyboardEvent) => {
    if (open || event.key !== "ArrowDown") return;
    event.preventDefault();
    show();
  };
  const picked = (next: string) => {
    setOpen(false);
    button.current?.focus();
    if (next !== value) props.onPick(next);
  };
  return (
    <span class="tnb-picker">
      <button
        type="button"
        ref={button}
        class={`tnb-field tnb-picker-button ${value ? "" : "tnb-empty"}`}
        aria-label={`${label}: ${text}`}
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-invalid={invalid || undefined}
        title={text}
        onClick={() => (open ? setOpen(false) : show())}
        onKeyDown={keys}
      >
        <span class="tnb-clip">{text}</span>
        <Icon name="down" size={14} />
      </button>
      {open && (
        <Popup anchor={button} close={() => setOpen(false)}>
          <Choices {...props} picked={picked} />
        </Popup>
      )}
    </span>
  );
}

function Choices(props: Props & { picked(value: string): void }) {
  const id = useId();
  const [search, setSearch] = useState("");
  const [active, setActive] = useState(() => Math.max(0, props.options.findIndex((o) => o.value === props.value)));
  const list = useRef<HTMLUListElement>(null);
  const choices = useMemo(() => offered(props, search), [props.options, search, props.none, props.free]);
  useLayoutEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setActive((active + step + choices.length) % Math.max(1, choices.length));
    }
    if (event.key === "Enter") {
      event.preventDefault();
      const one = choices[active];
      if (one) props.picked(one.value);
    }
    if (event.key === "Tab") event.preventDefault();
  };
  return (
    <>
      <label class="tnb-search">
        <Icon name="search" size={14} />
        <input
          data-first
          role="combobox"
          aria-label={`Search: ${props.label}`}
          aria-controls={`${id}-list`}
          aria-expanded="true"
          aria-autocomplete="list"
          aria-activedescendant={choices[active] ? `${id}-${active}` : undefined}
          placeholder={props.free ? "Search or type…" : "Search…"}
          value={search}
          onInput={(event) => {
            setSearch(event.currentTarget.value);
            setActive(0);
          }}
          onKeyDown={keys}
        />
      </label>
      <ul class="tnb-options" role="listbox" id={`${id}-list`} aria-label={props.label} ref={list}>
        {choices.map((choice, index) => (
          <li
            key={choice.value}
            id={`${id}-${index}`}
            role="option"
            aria-selected={choice.value === props.value}
            class={index === active ? "tnb-active" : ""}
            onPointerMove={() => setActive(index)}
            onClick={() => props.picked(choice.value)}
          >
            <span class="tnb-clip">{choice.label ?? choice.value}</span>
            {choice.hint && <small>{choice.hint}</small>}
            {choice.count !== undefined && <small>{compact(choice.count)}</small>}
          </li>
        ))}
      </ul>
      {choices.length === 0 && <p class="tnb-none">Nothing of that name.</p>}
    </>
  );
}
