import { fileLines } from "./fileLines.ts";
import type { FileRecord } from "./record.ts";

/**
 * The rows of a table whose first line names the columns, with tabs between them; nothing is quoted.
 *
 * @throws Error naming the line that has more or fewer columns
 */
export async function* tabLines(file: string): AsyncGenerator<FileRecord> {
  let header: readonly string[] | undefined;
  for await (const { text, where } of fileLines(file)) {
    const cells = text.split("\t");
    if (header === undefined) header = checkedHeader(cells, where);
    else yield { fields: recordOf(header, cells, where), where };
  }
  if (header === undefined) throw new Error(`${file}: expected a line that names the columns, got an empty file`);
}

/**
 * The rows of a table as RFC 4180 has it, with commas between the cells: cells in quotes may hold commas, line ends, and quotes
 * twice. The first row names the columns.
 *
 * @throws Error naming the line where a row begins that has more or fewer columns, or a quote is not closed
 */
export async function* commaLines(file: string): AsyncGenerator<FileRecord> {
  let header: readonly string[] | undefined;
  let open: { text: string; where: string } | undefined;
  for await (const line of fileLines(file)) {
    open = open === undefined ? { ...line } : { ...open, text: `${open.text}\n${line.text}` };
    const cells = cellsOf(open.text, open.where);
    if (cells === undefined) continue; // a cell goes on in the next line
    const { where } = open;
    open = undefined;
    if (header === undefined) header = checkedHeader(cells, where);
    else yield { fields: recordOf(header, cells, where), where };
  }
  if (open !== undefined) throw new Error(`${open.where}: expected a closing quote, got the end of the file`);
  if (header === undefined) throw new Error(`${file}: expected a line that names the columns, got an empty file`);
}

/** The cells of a row; undefined if a quoted one is not closed. */
function cellsOf(text: string, where: string): string[] | undefined {
  const cells: string[] = [];
  for (let at = 0; ;) {
    if (text[at] === '"') {
      const end = closingQuote(text, at + 1);
      if (end === undefined) return undefined;
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
      if (at < text.length && text[at] !== ",") {
        throw new Error(`${where}: expected a comma after a closing quote, got ${JSON.stringify(text[at])}`);
      }
    } else {
      const comma = text.indexOf(",", at);
      const end = comma < 0 ? text.length : comma;
      cells.push(text.slice(at, end));
      at = end;
    }
    if (at >= text.length) return cells;
    at += 1; // the comma
  }
}

function closingQuote(text: string, from: number): number | undefined {
  for (let at = from; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0) return undefined;
    if (text[at + 1] !== '"') return at;
  }
}

function checkedHeader(cells: readonly string[], where: string): readonly string[] {
  const twice = cells.find((name, i) => cells.indexOf(name) !== i);
  if (twice === undefined) return cells;
  throw new Error(`${where}: expected columns of different names, got ${JSON.stringify(twice)} twice`);
}

function recordOf(header: readonly string[], cells: readonly string[], where: string): FileRecord["fields"] {
  if (cells.length !== header.length) {
    throw new Error(`${where}: expected ${header.length} columns (${header.join(", ")}), got ${cells.length}`);
  }
  return Object.fromEntries(header.map((name, i) => [name, cells[i]]));
}
