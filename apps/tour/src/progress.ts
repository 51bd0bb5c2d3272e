// Which chapters were read, and whose exercise was solved; kept in the browser, for this site alone.
import { persisted } from "@qkv/app-shell";

const isList = (value: string): value is string => /^[a-z0-9,-]*$/.test(value);
const read = persisted<string>("tour.read", "", isList);
const solved = persisted<string>("tour.solved", "", isList);

/** How far a chapter has come. */
export interface Progress {
  readonly isRead: boolean;
  readonly isSolved: boolean;
}

/** How far the reader is with a chapter. */
export function progressOf(chapter: string): Progress {
  return { isRead: has(read.value, chapter), isSolved: has(solved.value, chapter) };
}

/** Marks a chapter as read, or takes it back. */
export function markRead(chapter: string, isRead: boolean): void {
  read.value = changed(read.value, chapter, isRead);
}

/** Remembers that a chapter's exercise was solved, which it then is read by too. */
export function markSolved(chapter: string): void {
  solved.value = changed(solved.value, chapter, true);
  markRead(chapter, true);
}

function has(list: string, chapter: string): boolean {
  return list.split(",").includes(chapter);
}

function changed(list: string, chapter: string, isIn: boolean): string {
  const others = list.split(",").filter((one) => one !== "" && one !== chapter);
  return (isIn ? [...others, chapter] : others).join(",");
}
