import Papa from "papaparse";

/** A row of a table. */
export interface TableRow {
  /** Where it begins, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Whether a quotation mark in it is never closed. */
  readonly isOpen: boolean;
}

/** Reads a table of values between commas, semicolons or tabs; empty rows are left out. @param delimiter "": whichever it has */
export function tableRows(text: string, delimiter: "" | "\t"): TableRow[] {
  const rows: TableRow[] = [];
  let [at, line] = [0, 1];
  const passTo = (end: number) => {
    for (; at < end; at++) if (text[at] === "\n") line++;
  };
  Papa.parse<string[]>(text, {
    delimiter,
    skipEmptyLines: "greedy",
    step: ({ data, errors, meta }) => {
      while (/\s/.test(text[at] ?? "") && at < meta.cursor) passTo(at + 1); // empty rows before it
      rows.push({ line, cells: data.map((cell) => cell.trim()), isOpen: errors.some(({ type }) => type === "Quotes") });
      passTo(meta.cursor);
    },
  });
  return rows;
}
