import { printable } from "@qkv/visualize";
import { note } from "./note.ts";
import { unreadable } from "./unreadable.ts";
import { UsageError } from "./usageError.ts";

/**
 * Writes one line about what went wrong to standard error, and the stack after it if QKV_DEBUG is set.
 *
 * @returns the exit code: 2 for wrong usage, 130 after Ctrl-C, else 1
 */
export function reportError(error: unknown): number {
  if (error instanceof Error && error.name === "AbortError") return 130;
  note(`qkv: ${messageOf(error)}`);
  if (process.env["QKV_DEBUG"] && error instanceof Error) {
    process.stderr.write(`${printable(error.stack ?? "", { lines: true })}\n`);
  }
  return error instanceof UsageError ? 2 : 1;
}

/** What went wrong; of a system call what it found where. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { syscall, path } = error as NodeJS.ErrnoException;
  return syscall === undefined || path === undefined
    ? error.message
    : `${path}: expected to ${syscall} it, got ${unreadable(error)}`;
}
