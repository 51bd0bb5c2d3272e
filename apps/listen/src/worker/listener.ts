import type { LoadModel } from "@qkv/app-shell/worker";
import { createLoader, createTranscriber, type TranscribeOptions, type Transcriber } from "@qkv/pretrained";
import { whisper } from "@qkv/transformer";

const loadPretrained = createLoader([whisper]); // the page ships no other family

/** A model that is open. */
export interface Listener {
  readonly transcriber: Transcriber;
  dispose(): void;
}

/** How speech is written. */
export interface ListeningSettings {
  /** The code of the language that is spoken; empty: as the model hears. */
  readonly language: string;
  /** In the language that is spoken, or in English. */
  readonly task: "transcribe" | "translate";
}

/** What a page has to know of a model. */
export interface ModelDescription {
  /** The codes of the languages that it knows; none if it knows English alone. */
  readonly languages: readonly string[];
}

/** Opens a model that writes what it hears. */
export const openListener: LoadModel<Listener> = async (files, { signal }) => {
  const pretrained = await loadPretrained(files, { signal });
  const dispose = () => pretrained.model.dispose();
  try {
    return { transcriber: createTranscriber(pretrained), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
};

/** Options of transcription: a model that knows English alone has neither languages nor tasks. */
export function optionsOf(
  { language, task }: ListeningSettings,
  { languages }: Pick<Transcriber, "languages">,
): Pick<TranscribeOptions, "language" | "task"> {
  return { ...(language !== "" && { language }), ...(languages.length > 0 && { task }) };
}
