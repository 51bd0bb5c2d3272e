import { useMessages } from "@qkv/app-shell";
import { MESSAGES } from "../messages.ts";
import { progressOf } from "../progress.ts";

/** How far the reader is with a chapter, in a word. */
export function ProgressMark({ chapter }: { readonly chapter: string }) {
  const messages = useMessages(MESSAGES);
  const { isRead, isSolved } = progressOf(chapter);
  if (!isRead) return null;
  return <span class="quiet small">✓ {isSolved ? messages.solved : messages.read}</span>;
}
