/** A time of a sound as a clock shows it, "1:02:03" or "0:07". @param digits of parts of a second */
export function clockTime(seconds: number, language: string, digits = 0): string {
  const all = Math.floor(seconds * 10 ** digits) / 10 ** digits;
  const [hours, minutes] = [Math.floor(all / 3600), Math.floor(all / 60) % 60];
  const rest = new Intl.NumberFormat(language, {
    ...{ minimumIntegerDigits: 2, minimumFractionDigits: digits, maximumFractionDigits: digits },
  }).format(all % 60);
  return hours > 0 ? `${hours}:${`${minutes}`.padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
