const FOUND: Readonly<Record<string, string>> = {
  ENOENT: "nothing of this name",
  EISDIR: "a folder",
  EACCES: "one that may not be read",
};

/** What was found in the place of a file that could not be read, for messages: "a folder". */
export function unreadable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : FOUND[code]) ?? code ?? message;
}
