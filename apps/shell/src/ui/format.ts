import { language } from "./language.ts";

const formats = new Map<string, Intl.NumberFormat>();

/** A format takes a millisecond and more to make, and a download in progress asks for many. */
function number(value: number, options: Intl.NumberFormatOptions): string {
  const key = JSON.stringify([language.value, options]);
  const format = formats.get(key) ?? new Intl.NumberFormat(language.value, options);
  formats.set(key, format);
  return format.format(value);
}

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

/** A share of one as percent, "97%": never quite 100% or 0% by rounding alone. */
export function formatPercent(share: number): string {
  const percent = (value: number, digits: number) =>
    number(value, { style: "percent", maximumFractionDigits: digits, minimumFractionDigits: digits });
  if (share > 0.999 && share < 1) return `> ${percent(0.999, 1)}`;
  if (share > 0 && share < 0.001) return `< ${percent(0.001, 1)}`;
  return percent(share, share < 0.1 || share > 0.99 ? 1 : 0);
}

/** A longer time in seconds, in the unit that a person would take: "40 sec", "12 min", "1.5 hr". */
export function formatDuration(seconds: number): string {
  const [unit, size] =
    seconds < 90 ? (["second", 1] as const) : seconds < 5400 ? (["minute", 60] as const) : (["hour", 3600] as const);
  const maximumFractionDigits = unit === "hour" ? 1 : 0;
  return number(seconds / size, { style: "unit", unit, maximumFractionDigits });
}
