/** A copy of `array` of at least twice its length, and no less than `least`. */
export function larger<T extends Int32Array | Uint16Array>(array: T, least = 0): T {
  const copy = new (array.constructor as new (length: number) => T)(Math.max(2 * array.length, least));
  copy.set(array);
  return copy;
}

/** UTF-16 units as text. */
export function textOf(units: Uint16Array, start: number, end: number): string {
  let text = "";
  // 4096 at once, as a call has no room for any number of arguments.
  for (let at = start; at < end; at += 4096) {
    text += String.fromCharCode(...units.subarray(at, Math.min(end, at + 4096)));
  }
  return text;
}

let shared = new Uint16Array(1024);

/** An array for so many units, until somebody else asks for it. */
export function room(length: number): Uint16Array {
  if (length > shared.length) shared = larger(shared, length);
  return shared;
}

/** The UTF-16 units of `text`, from 0 on in the {@link room} for them. */
export function unitsOf(text: string): Uint16Array {
  const units = room(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return units;
}
