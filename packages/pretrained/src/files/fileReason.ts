const REASONS: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "a file system that is read-only",
  ENOSPC: "no room left on the disk",
  EDQUOT: "no room left in the quota",
  ENOENT: "no such file or folder",
  ENOTDIR: "a file where a folder has to be",
  EISDIR: "something that is no file",
  EEXIST: "something in its place",
  ENOTEMPTY: "a folder in its place",
  ELOOP: "a symbolic link that leads nowhere",
  ENAMETOOLONG: "a name that is too long",
  EMFILE: "too many open files",
  ENFILE: "too many open files",
  EIO: "a disk that fails",
  EFBIG: "a file that is too large for the system",
  EBUSY: "a file that is in use",
};

/** The reason of a failed read or write, in words, followed by the system's code. */
export function fileReason(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  const reason = code === undefined ? undefined : REASONS[code];
  return reason === undefined ? (message ?? String(error)) : `${reason} (${code})`;
}
