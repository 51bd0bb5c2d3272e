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

let room = new Uint16Array(1024);

/** The UTF-16 units of `text` from `start` to `end`, in an array that the next call uses again: they stand from 0 on. */
export function unitsOf(text: string, start = 0, end = text.length): Uint16Array {
  if (end - start > room.length) room = larger(room, end - start);
  for (let i = start; i < end; i++) room[i - start] = text.charCodeAt(i);
  return room;
}
