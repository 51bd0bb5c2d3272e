import { type Signal, effect, signal } from "@preact/signals";

/**
 * A choice that the browser remembers for this site. Where its storage is full or forbidden, the choice holds until the
 * page is closed.
 *
 * @param isValid tells a value from what an older page may have left
 */
export function persisted<T extends string>(key: string, start: T, isValid: (value: string) => value is T): Signal<T> {
  const name = `qkv.${key}`;
  const kept = read(name);
  const value = signal(kept !== undefined && isValid(kept) ? kept : start);
  effect(() => write(name, value.value));
  return value;
}

function read(name: string): string | undefined {
  try {
    return localStorage.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Nothing to do: what is not kept is chosen again next time.
  }
}
