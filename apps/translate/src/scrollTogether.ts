/** Scrolls the pane beside the one that is scrolled as far down as that one, by their heights. */
export function scrollTogether({
  target,
  currentTarget,
}: {
  target: EventTarget | null;
  currentTarget: Element;
}): void {
  const panes = [...currentTarget.querySelectorAll<HTMLElement>("textarea, .translation")];
  const other = panes.find((pane) => pane !== target);
  if (!(target instanceof HTMLElement) || !panes.includes(target) || other === undefined) return;
  const [from, to] = [roomOf(target), roomOf(other)];
  const top = Math.round((target.scrollTop / from) * to);
  // What this moves scrolls too, and would move the first one back by a rounding error.
  if (from > 0 && to > 0 && Math.abs((other.scrollTop / to) * from - target.scrollTop) > 1) other.scrollTop = top;
}

function roomOf({ scrollHeight, clientHeight }: HTMLElement): number {
  return scrollHeight - clientHeight;
}
