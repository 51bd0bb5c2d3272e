/** From which language a model translates to which, by the way such models are named: `en-fr`, `opus-mt-en-de`. */
export interface Direction {
  readonly from: string;
  readonly to: string;
}

/** What a model's name tells; undefined if it tells nothing. */
export function directionOf(name: string): Direction | undefined {
  const [, from, to] = /(?:^|[-/_])([a-z]{2,3})-([a-z]{2,3})(?:@[^/]*)?$/.exec(name) ?? [];
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** Whether one goes back where the other came from. */
export function isReverse(a: Direction, b: Direction): boolean {
  return a.from === b.to && a.to === b.from;
}

/** A direction in words of a language: "English → French". */
export function directionName({ from, to }: Direction, locale: string): string {
  const names = new Intl.DisplayNames(locale, { type: "language" });
  return `${names.of(from) ?? from} → ${names.of(to) ?? to}`;
}
