/** Refuses values that are neither a text nor its words. @throws TypeError */
export function checkText(text: string | readonly string[]): void {
  const odd: unknown = Array.isArray(text) ? text.find((word) => typeof word !== "string") : text;
  if (typeof text !== "string" && (!Array.isArray(text) || odd !== undefined)) {
    const got = Array.isArray(text) ? `an array with ${describeArgument(odd)}` : describeArgument(text);
    throw new TypeError(`encode: expected a string, or an array of words, got ${got}`);
  }
}

/** Refuses values that are no file's bytes, above all its name. @throws TypeError */
export function checkBytes(who: string, bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`${who}: expected a file's bytes, a Uint8Array, got ${describeArgument(bytes)}`);
}

/** Refuses values that are no plain object: options, files by name. @throws TypeError */
export function checkRecord(who: string, name: string, value: object): void {
  if (typeof value !== "object" || value === null || "then" in value || Array.isArray(value))
    throw new TypeError(`${who}: expected ${name} to be an object, got ${describeArgument(value)}`);
}

/** Describes an argument in a few words, for an error message. */
export function describeArgument(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "string") return "a string";
  if (typeof value !== "object") return `${typeof value} ${String(value)}`;
  if ("then" in value) return "a promise: await it";
  if (Array.isArray(value)) return "an array";
  return "dataId" in value ? "a tensor: await its data()" : "an object";
}
