/** Copies `array` to at least twice its length, and no less than `least`. */
export function larger<T extends Int32Array | Uint16Array>(array: T, least = 0): T {
  const copy = new (array.constructor as new (length: number) => T)(Math.max(2 * array.length, least));
  copy.set(array);
  return copy;
}

/** UTF-16 units as text. */
export function textOf(units: Uint16Array, start: number, end: number): string {
  let text = "";
  // 4096 at once, as the number of arguments of a call is limited.
  for (let at = start; at < end; at += 4096) {
    text += String.fromCharCode(...units.subarray(at, Math.min(end, at + 4096)));
  }
  return text;
}

let shared = new Uint16Array(1024);

/** A shared array for so many units, valid until the next call. */
export function room(length: number): Uint16Array {
  if (length > shared.length) shared = larger(shared, length);
  return shared;
}

/** Writes the UTF-16 units of `text` to the shared array of {@link room}, from 0 on. */
export function unitsOf(text: string): Uint16Array {
  const units = room(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return units;
}
