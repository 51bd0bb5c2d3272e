/** A line of a file of examples: the fields of a JSON object, or the columns of a table by their names. */
export interface FileRecord {
  readonly fields: Readonly<Record<string, unknown>>;
  /** The file and the line, for messages: `data.tsv: line 3`. */
  readonly where: string;
}
