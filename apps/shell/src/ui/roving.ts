// A group of many things that the keyboard stops at once: arrows go from one to another.

/** The keyboard stops once in a group: at the thing that it was at last. */
export function moveStop(box: HTMLElement | null, target: EventTarget | null): void {
  if (!(target instanceof HTMLElement) || target === box) return;
  box?.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
  target.tabIndex = 0;
}

/**
 * Goes to another thing of a group by arrows, Home and End.
 *
 * @param selector finds the things
 * @returns whether it is such a key
 */
export function stepBetween(box: HTMLElement | null, selector: string, key: string): boolean {
  const all = Array.from(box?.querySelectorAll<HTMLElement>(selector) ?? []);
  const at = all.indexOf(document.activeElement as HTMLElement);
  const moves: Readonly<Record<string, number>> = {
    ...{ ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1 },
    ...{ Home: 0, End: all.length - 1 },
  };
  const to = moves[key];
  if (to === undefined || at === -1) return false;
  all[Math.min(Math.max(to, 0), all.length - 1)]?.focus();
  return true;
}
