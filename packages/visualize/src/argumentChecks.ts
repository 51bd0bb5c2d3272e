// Checks of public entry points. An error is `<who>: expected <what>, got <what>`.

/** Refuses labels that are no strings. */
export function checkLabels(who: string, name: string, labels: readonly string[]): void {
  const odd: unknown = Array.isArray(labels) ? labels.find((label) => typeof label !== "string") : labels;
  if (!Array.isArray(labels) || odd !== undefined) {
    throw new RangeError(`${who}: expected ${name} to be an array of strings, got ${given(odd)}`);
  }
}

/** Refuses values that are no list of numbers: a nested one, a tensor, a promise of one. */
export function checkNumbers(who: string, name: string, values: ArrayLike<number>): void {
  const isList = typeof values === "object" && typeof (values as ArrayLike<number> | null)?.length === "number";
  if (!isList || (values.length > 0 && typeof values[0] !== "number")) {
    const got = isList ? `${given(values)} of ${given(values[0])}` : given(values);
    throw new RangeError(`${who}: expected ${name} to be an array of numbers, row by row, got ${got}`);
  }
}

/** Describes a value in a few words, for an error message. */
export function given(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object") return typeof value === "string" ? "a string" : `${typeof value} ${String(value)}`;
  if ("then" in value) return "a promise: await it";
  return "dataId" in value ? "a tensor: await its data()" : "an object";
}

/** Refuses values that are no plain object: the data of a picture. */
export function checkRecord(who: string, name: string, value: object): void {
  if (typeof value !== "object" || value === null || "then" in value || Array.isArray(value)) {
    throw new RangeError(`${who}: expected ${name} to be an object, got ${given(value)}`);
  }
}
