import { language } from "./language.ts";

const number = (value: number, options: Intl.NumberFormatOptions) =>
  new Intl.NumberFormat(language.value, options).format(value);

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** Bytes in the unit that a person would take: "6.6 MB". */
export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  const value = bytes / 1000 ** power;
  const maximumFractionDigits = power === 0 || value >= 100 ? 0 : 1;
  return number(value, { style: "unit", unit: UNITS[power] ?? "byte", unitDisplay: "short", maximumFractionDigits });
}

/** A whole number with its thousands set apart. */
export function formatCount(count: number): string {
  return number(count, {});
}

/** A time in milliseconds, in seconds where it is long. */
export function formatMs(ms: number): string {
  if (ms < 1000) return number(ms, { style: "unit", unit: "millisecond", maximumFractionDigits: 0 });
  return number(ms / 1000, { style: "unit", unit: "second", maximumFractionDigits: 1 });
}

/** A share of one as percent: "97.3%". */
export function formatPercent(share: number): string {
  return number(share, { style: "percent", maximumFractionDigits: share < 0.1 || share > 0.995 ? 1 : 0 });
}
