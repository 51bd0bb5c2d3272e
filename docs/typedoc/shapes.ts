import { type Comment, type CommentDisplayPart, type ProjectReflection } from "typedoc";

// Sizes of a tensor's axes in brackets: [B, Q, E], [1, 2 * D], [..., K]. Not what is already code, nor a link's text.
const SHAPE = /(?<![`\w\]])\[(?:\.\.\.|[A-Z0-9][\w*+/ -]*)(?:, (?:\.\.\.|[A-Za-z0-9][\w*+/ -]*))*\](?![`([])/g;

/** Shows the shapes in doc comments as code. */
export function markShapes(project: ProjectReflection): void {
  for (const reflection of Object.values(project.reflections)) {
    if (reflection.comment !== undefined) markComment(reflection.comment);
  }
}

function markComment(comment: Comment): void {
  mark(comment.summary);
  for (const { content } of comment.blockTags) mark(content);
}

function mark(parts: CommentDisplayPart[]): void {
  for (const part of parts) if (part.kind === "text") part.text = part.text.replace(SHAPE, "`$&`");
}
