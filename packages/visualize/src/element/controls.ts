/** An element with properties and children, in one expression. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** One of some values, under its name. */
export function picker<T extends string>(
  label: string,
  options: readonly (readonly [value: T, label: string])[],
  value: T,
  onPick: (value: T) => void,
): HTMLLabelElement {
  const select = make(
    "select",
    { ariaLabel: label },
    ...options.map(([of, name]) => make("option", { value: of, textContent: name, selected: of === value })),
  );
  select.addEventListener("change", () => onPick(select.value as T));
  return make("label", {}, label, select);
}

/** A button with its text. */
export function button(
  text: string,
  onClick: () => void,
  properties: Partial<HTMLButtonElement> = {},
): HTMLButtonElement {
  const element = make("button", { type: "button", textContent: text, ...properties });
  element.addEventListener("click", onClick);
  return element;
}
