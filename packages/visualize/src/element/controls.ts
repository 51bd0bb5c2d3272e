import { printable } from "../printable.ts";

/** Makes an element with properties and children, in one expression. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Makes a labelled choice of one of some values; `name` identifies it in {@link focusOf}. */
export function picker<T extends string>(
  name: string,
  label: string,
  options: readonly (readonly [value: T, label: string])[],
  value: T,
  onPick: (value: T) => void,
): HTMLLabelElement {
  const select = make(
    "select",
    { ariaLabel: label, name },
    ...options.map(([of, name]) => make("option", { value: of, textContent: printable(name), selected: of === value })),
  );
  select.addEventListener("change", () => onPick(select.value as T));
  return make("label", {}, label, select);
}

/** Makes a button with its text; `name` identifies it in {@link focusOf}. */
export function button(name: string, text: string, onClick: () => void): HTMLButtonElement {
  const element = make("button", { type: "button", textContent: printable(text), name });
  element.addEventListener("click", onClick);
  return element;
}

/** The focused control below `root`, as a selector that finds it again after all is made anew. */
export function focusOf(root: ShadowRoot): string | undefined {
  const name = root.activeElement?.getAttribute("name");
  return name ? `[name="${name}"]` : undefined;
}

/**
 * Gives `box` the labelled controls of `fresh` with their values. An existing control stays in the page, so that
 * dragging a slider and typing in a list are not interrupted.
 */
export function updateControls(box: Element, fresh: Element): void {
  const labels = (of: Element) => Array.from(of.children).filter((child) => child instanceof HTMLLabelElement);
  let at = box.firstElementChild;
  const removeUpTo = (end: Element | null) => {
    while (at !== end && at !== null) {
      const next = at.nextElementSibling;
      at.remove();
      at = next;
    }
  };
  for (const label of labels(fresh)) {
    const kept = labels(box).find((other) => isLike(other, label));
    if (kept === undefined) box.insertBefore(label, at);
    else {
      removeUpTo(kept);
      const [old, now] = [kept, label].map(({ control }) => control as HTMLSelectElement | HTMLInputElement);
      if (old !== undefined && now !== undefined && old.value !== now.value) old.value = now.value;
      kept.firstChild?.replaceWith(label.firstChild ?? "");
      at = kept.nextElementSibling;
    }
  }
  removeUpTo(null);
}

/** Whether both hold the same control with the same options, whichever is selected. */
function isLike({ control: a }: HTMLLabelElement, { control: b }: HTMLLabelElement): boolean {
  const name = a?.getAttribute("name");
  return name === b?.getAttribute("name") && a?.ariaLabel === b?.ariaLabel && a?.innerHTML === b?.innerHTML;
}
