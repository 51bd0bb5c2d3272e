const FOCUSABLE = "a[href], button, input:not([hidden]), select, textarea, summary, [tabindex='0']";

/**
 * Never loses the keyboard's place: when the element that has the focus goes away or is disabled, the first one does
 * that can have it in the closest of the places around it that are still there.
 *
 * @param root where it watches
 * @returns ends it
 */
export function keepFocus(root: HTMLElement): () => void {
  let path: Element[] = []; // the element that had the focus last, and all around it
  const listening = new AbortController();
  const { signal } = listening;
  root.addEventListener("focusin", ({ target }) => (path = pathOf(target as Element, root)), { signal });
  root.addEventListener(
    "focusout",
    () => queueMicrotask(() => canHaveFocus(path[0]) && !root.contains(document.activeElement) && (path = [])),
    { signal },
  );
  const mend = () => {
    if (path.length === 0 || canHaveFocus(path[0]) || document.activeElement !== document.body) return;
    for (const place of path.filter((element) => element.isConnected)) {
      const heir = Array.from(place.querySelectorAll<HTMLElement>(FOCUSABLE)).find(canHaveFocus);
      if (heir !== undefined) return heir.focus();
    }
  };
  const observer = new MutationObserver(mend);
  observer.observe(root, { childList: true, subtree: true, attributeFilter: ["disabled"] });
  signal.addEventListener("abort", () => observer.disconnect());
  return () => listening.abort();
}

function pathOf(element: Element, root: Element): Element[] {
  const path: Element[] = [];
  for (let at: Element | null = element; at !== null && at !== root.parentElement; at = at.parentElement) path.push(at);
  return path;
}

function canHaveFocus(element: Element | undefined): boolean {
  return element !== undefined && element.isConnected && !element.matches(":disabled") && element.checkVisibility();
}
