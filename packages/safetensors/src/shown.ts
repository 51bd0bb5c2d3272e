/** A foreign value as an error message shows it: JSON on one line, cut where it grows long. */
export function shown(value: unknown): string {
  const json = tryStringify(value);
  return json.length <= 80 ? json : `${json.slice(0, 77)}...`;
}

function tryStringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "something too deep to show";
  }
}
