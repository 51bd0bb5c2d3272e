import { effect, signal } from "@preact/signals";

/** A text that was translated here. */
export interface PastTranslation {
  readonly source: string;
  readonly translation: string;
  /** The model's name. */
  readonly model: string;
}

const KEY = "qkv.translate.history";
const MOST = 30;
const LONGEST = 4000; // characters: a browser keeps about five million for a site

/** What was translated, the newest first. It stays in this browser, and for this visit only where its storage is denied. */
export const history = signal<readonly PastTranslation[]>(read());

/** Whether it is there the next time too. */
export const isHistoryKept = signal(true);

effect(() => {
  isHistoryKept.value = write(history.value);
});

/** Puts a translation in front; the same text is not kept twice, what was its beginning goes, and a long one is not kept. */
export function remember(past: PastTranslation): void {
  if (past.source.trim() === "" || past.source.length > LONGEST) return;
  const isSame = (other: PastTranslation) => other.model === past.model && other.source === past.source;
  const isBegun = (other: PastTranslation) => other.model === past.model && past.source.startsWith(other.source);
  const others = history.value.filter((other, i) => !isSame(other) && !(i === 0 && isBegun(other))); // typed on since
  history.value = [past, ...others].slice(0, MOST);
}

/** Forgets all of it. */
export function forgetAll(): void {
  history.value = [];
}

function read(): readonly PastTranslation[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isPast) : [];
  } catch {
    return [];
  }
}

/** @returns whether the browser keeps it: its storage may be full, or denied */
function write(all: readonly PastTranslation[]): boolean {
  try {
    if (all.length === 0) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(all));
    return true;
  } catch {
    return false;
  }
}

function isPast(value: unknown): value is PastTranslation {
  const { source, translation, model } = (value ?? {}) as Record<string, unknown>;
  return [source, translation, model].every((text) => typeof text === "string");
}
