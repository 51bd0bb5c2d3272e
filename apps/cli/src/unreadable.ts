const FOUND: Readonly<Record<string, string>> = {
  ENOENT: "nothing of this name",
  EISDIR: "a folder",
  EACCES: "one that may not be read",
  EPERM: "one that may not be read",
  ENOTDIR: "something below a file",
  ENAMETOOLONG: "a name that is too long",
  ELOOP: "a link to itself",
};

/** What was found in the place of a file that could not be read, for messages: "a folder". */
export function unreadable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : FOUND[code]) ?? code ?? message;
}
