/** From which language a model translates to which. */
export interface Direction {
  readonly from: string;
  readonly to: string;
}

/** What a model's name tells, by the way such models are named: `en-fr`, `opus-mt-en-de`. Undefined if it tells nothing. */
export function directionOf(name: string): Direction | undefined {
  const [, from, to] = /(?:^|[-/_])([a-z]{2,3})-([a-z]{2,3})(?:@[^/]*)?\/?$/.exec(name) ?? [];
  return from === undefined || to === undefined ? undefined : { from, to };
}
