// Short messages at the lower edge of the page, from any widget.
export interface Toast {
  text: string;
  tone?: "good" | "bad";
  id?: string;
}

const SHOWN_MS = 6000;

function shelf(): HTMLElement {
  const found = document.getElementById("tnb-toasts");
  if (found) return found;
  const made = document.createElement("div");
  made.id = "tnb-toasts";
  made.className = "tnb tnb-toasts";
  made.setAttribute("role", "status");
  made.setAttribute("aria-live", "polite");
  document.body.append(made);
  return made;
}

/** Show a message; a bad one stays until it is closed. */
export function toast({ text, tone = "good", id }: Toast): void {
  const one = document.createElement("div");
  one.className = `tnb-toast tnb-toast-${tone}`;
  const words = document.createElement("span");
  words.textContent = text;
  one.append(words);
  if (id) {
    const number = document.createElement("code");
    number.textContent = id;
    one.append(number);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.className = "tnb-toast-close";
  close.setAttribute("aria-label", "Close this message");
  close.textContent = "×";
  close.onclick = () => one.remove();
  one.append(close);
  shelf().append(one);
  if (tone === "good") setTimeout(() => one.remove(), SHOWN_MS);
}
