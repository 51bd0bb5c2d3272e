/** Kinds of files that hold a JSON object in each line. */
export const JSON_LINES: ReadonlySet<string> = new Set(["jsonl", "ndjson"]);

/** The kinds of files that are read. */
export const KINDS: ReadonlySet<string> = new Set([...JSON_LINES, "csv", "tsv", "txt", "md"]);

/** The same for a file picker. */
export const FILE_KINDS = Array.from(KINDS, (kind) => `.${kind}`).join(",");
