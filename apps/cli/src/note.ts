/** Says something on standard error: standard output is for data. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
