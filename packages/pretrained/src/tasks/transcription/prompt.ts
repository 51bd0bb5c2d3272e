import { describeArgument } from "@qkv/ops";
import type { WhisperTokens } from "./whisperTokens.ts";

/** What a Whisper is asked for. */
export interface PromptOptions {
  /** The language that is spoken, as its code: `en`. */
  readonly language?: string;
  /** Whether the text is in the language that is spoken, or in English. */
  readonly task?: "transcribe" | "translate";
}

/** The tokens that a text begins with. @param language a code, of a model that knows several */
export function promptOf(
  tokens: WhisperTokens,
  { task = "transcribe", timestamps }: Pick<PromptOptions, "task"> & { readonly timestamps: boolean },
  language: string | undefined,
): number[] {
  const spoken = language === undefined ? undefined : tokens.languages.get(language);
  return [
    tokens.start,
    ...(spoken === undefined ? [] : [spoken]),
    ...(tokens.tasks === undefined ? [] : [tokens.tasks[task]]),
    ...(timestamps ? [] : [tokens.noTimestamps]),
  ];
}

/** @throws RangeError for a language or a task that the model does not have */
export function checkPrompt(who: string, { languages, tasks }: WhisperTokens, { language, task }: PromptOptions): void {
  if (language !== undefined && language !== "en" && languages.size === 0) {
    throw new RangeError(`${who}: expected en of a model that knows English alone, got ${JSON.stringify(language)}`);
  }
  if (language !== undefined && languages.size > 0 && !languages.has(language)) {
    const known = [...languages.keys()].join(", ");
    throw new RangeError(`${who}: expected a language of ${known}, got ${JSON.stringify(language)}`);
  }
  if (task !== undefined && task !== "transcribe" && task !== "translate") {
    throw new RangeError(`${who}: expected task to be transcribe or translate, got ${describeArgument(task)}`);
  }
  if (task === "translate" && tasks === undefined) {
    throw new RangeError(
      `${who}: expected a model of several languages to translate, got one that knows English alone`,
    );
  }
}
