/** The error of a sound, or of a file of sound, that cannot be read. */
export class AudioError extends Error {
  override readonly name = "AudioError";
}

/** A value for a message. */
export function shown(value: unknown): string {
  if (typeof value === "number") return `${value}`;
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  return value instanceof Promise ? "a promise: await it" : (value.constructor?.name ?? "an object");
}
