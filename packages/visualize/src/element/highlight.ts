/** A token at one side of a picture. */
export interface TokenRef {
  readonly side: "query" | "key";
  readonly index: number;
}

/** Dims everything unrelated to a token; without one, nothing is dimmed. */
export function highlight(picture: Element, token: TokenRef | undefined): void {
  for (const mark of picture.querySelectorAll("[data-query],[data-key]")) {
    const isText = mark.localName === "text";
    const own = token && mark.getAttribute(`data-${token.side}`);
    const isHot = token !== undefined && own === String(token.index);
    mark.classList.toggle("hot", isText && isHot);
    mark.classList.toggle("dim", token !== undefined && !isHot && !(isText && own === null));
  }
}

/** The token of an element of a picture: a label's own, a line's or a cell's query. */
export function tokenAt(target: EventTarget | null): TokenRef | undefined {
  const mark = target instanceof Element ? target.closest("[data-query],[data-key]") : null;
  if (mark === null) return undefined;
  const side = mark.hasAttribute("data-query") ? "query" : "key";
  return { side, index: Number(mark.getAttribute(`data-${side}`)) };
}

/** Whether both are the same token. */
export function isSameToken(a: TokenRef | undefined, b: TokenRef | undefined): boolean {
  return a?.side === b?.side && a?.index === b?.index;
}
