/** Formats a foreign value for an error message: JSON on one line, cut off if it is long. */
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
