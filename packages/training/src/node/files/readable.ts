/** The same error, with a message in words where the disk is full. */
export function readable(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const full = code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
  return full
    ? new Error(`no space left for it (${code}); what was there before is unharmed`, { cause: error })
    : error;
}
