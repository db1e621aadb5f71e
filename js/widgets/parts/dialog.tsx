// Windows over the page: the source of a definition, and a question before something is deleted.
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "./fields.tsx";
import { Icon } from "./icons.tsx";

export function Dialog({ title, close, children }: { title: string; close(): void; children: ComponentChildren }) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => box.current?.showModal(), []);
  return (
    <dialog class="tnb-dialog" ref={box} aria-labelledby={id} onClose={close}>
      <header>
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label="Close" onClick={() => box.current?.close()} />
      </header>
      {children}
    </dialog>
  );
}

/** Put text on the clipboard; pages that are not served over https or localhost may only use the older way. */
async function copied(text: string, source: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(source);
    return document.execCommand("copy");
  }
}

export function CodeDialog({ source, close }: { source: string; close(): void }) {
  const code = useRef<HTMLPreElement>(null);
  const [done, setDone] = useState<boolean | null>(null);
  const copy = async () => setDone(await copied(source, code.current!));
  useLayoutEffect(() => void copy(), []);
  return (
    <Dialog title="Copy as code" close={close}>
      <p>The same definition as Python: paste it into a notebook, or send it to a colleague.</p>
      <pre class="tnb-code" tabIndex={0} ref={code}>
        {source}
      </pre>
      <footer>
        <button type="button" class="tnb-button tnb-primary" onClick={copy}>
          {done && <Icon name="check" size={14} />} {done ? "Copied" : "Copy"}
        </button>
        {done === false && <small>The browser did not allow it: select the text and press Ctrl+C.</small>}
      </footer>
    </Dialog>
  );
}

interface ConfirmProps {
  title: string;
  text: string;
  yes: string;
  act(): void;
  close(): void;
}

export function Confirm({ title, text, yes, act, close }: ConfirmProps) {
  return (
    <Dialog title={title} close={close}>
      <p>{text}</p>
      <footer>
        <button
          type="button"
          class="tnb-button tnb-danger"
          onClick={() => {
            close();
            act();
          }}
        >
          {yes}
        </button>
        <button type="button" class="tnb-button" onClick={close}>
          Cancel
        </button>
      </footer>
    </Dialog>
  );
}
