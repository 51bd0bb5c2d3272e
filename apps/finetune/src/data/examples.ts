/** What a model is to become. */
export type Goal = "classify" | "embed" | "write";

/** Every {@link Goal}. */
export const GOALS: readonly Goal[] = ["classify", "embed", "write"];

/** A text, and the class that it is of. */
export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

/** Two texts that belong together: a question and its answer, or two sentences of one meaning. */
export interface TextPair {
  readonly anchor: string;
  readonly positive: string;
}

/** A message of a conversation. */
export interface Message {
  readonly role: string;
  readonly content: string;
}

/** Something to write like: a text, or what is written after a prompt. */
export type WrittenExample =
  | { readonly text: string }
  | { readonly prompt: string; readonly completion: string }
  | { readonly messages: readonly Message[] };

/** The examples of each goal. */
export interface ExamplesOf {
  readonly classify: LabelledText;
  readonly embed: TextPair;
  readonly write: WrittenExample;
}

/** An example of any goal. */
export type AnyExample = ExamplesOf[Goal];

/** What is wrong with a line. */
export type ProblemKind = "utf8" | "json" | "fields" | "columns" | "quote" | "empty" | "answer" | "file";

/** A line that is left out. */
export interface Problem {
  /** The file's name; empty of what was typed. */
  readonly name: string;
  /** Counted from 1; 0 of a whole file. */
  readonly line: number;
  readonly kind: ProblemKind;
  /** The line's beginning. */
  readonly got: string;
}
