import type { Direction } from "@qkv/pretrained";

/** Whether one goes back where the other came from. */
export function isReverse(a: Direction, b: Direction): boolean {
  return a.from === b.to && a.to === b.from;
}

/** A direction in words of a language: "English → French". */
export function directionName({ from, to }: Direction, locale: string): string {
  const names = new Intl.DisplayNames(locale, { type: "language" });
  return `${names.of(from) ?? from} → ${names.of(to) ?? to}`;
}
