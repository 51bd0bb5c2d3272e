import { PretrainedError } from "../../files/pretrainedError.ts";

/** What a text begins with by default. */
export interface PromptDefaults {
  /** A language's code. */
  readonly language?: string;
  readonly task?: "transcribe" | "translate";
  /** Whether they hold only where neither is asked for: those of `forced_decoder_ids`. */
  readonly isForced?: boolean;
}

/** The special tokens of a model that such a beginning is made of. */
interface Known {
  readonly languages: ReadonlyMap<string, number>;
  readonly tasks?: { readonly transcribe: number; readonly translate: number };
  readonly noTimestamps: number;
}

/**
 * Reads the language and the task of a `generation_config.json` as transformers does: its `language` and `task`, or else the tokens of
 * an old file's `forced_decoder_ids`, where null leaves the language to the model.
 *
 * @throws PretrainedError naming a field that asks for what the model does not have
 */
export function promptDefaults(path: string, fields: Readonly<Record<string, unknown>>, known: Known): PromptDefaults {
  const [language, task] = [fields["language"] ?? undefined, fields["task"] ?? undefined];
  if (language === undefined && task === undefined) return forcedDefaults(path, fields["forced_decoder_ids"], known);
  if (task !== undefined && task !== "transcribe" && task !== "translate") {
    throw new PretrainedError(`${path}: expected task to be transcribe or translate, got ${JSON.stringify(task)}`);
  }
  if (known.tasks === undefined) return {}; // a model that knows English alone has neither
  const code = language === undefined ? undefined : languageCode(language, known.languages);
  if (language !== undefined && code === undefined) {
    throw new PretrainedError(`${path}: expected language to be one of the model's, got ${JSON.stringify(language)}`);
  }
  return { ...(code !== undefined && { language: code }), ...(task !== undefined && { task }) };
}

/** A language's code, from `<|ko|>`, `ko` or `Korean`. */
function languageCode(given: unknown, languages: ReadonlyMap<string, number>): string | undefined {
  if (typeof given !== "string") return undefined;
  const wanted = given.toLowerCase().replace(/^<\|(.*)\|>$/, "$1");
  if (languages.has(wanted)) return wanted;
  const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });
  return [...languages.keys()].find((code) => nameOf(names, code)?.toLowerCase() === wanted);
}

function nameOf(names: Intl.DisplayNames, code: string): string | undefined {
  return /^[a-z]{2,3}$/.test(code) ? names.of(code) : undefined;
}

/** Pairs of a place and a token, from place 1 on: a language or null, then a task, then perhaps that there are no timestamps. */
function forcedDefaults(path: string, given: unknown, { languages, tasks, noTimestamps }: Known): PromptDefaults {
  if (given === undefined || given === null || (Array.isArray(given) && given.length === 0)) return {};
  const refuse = (): never => {
    const got = JSON.stringify(given).slice(0, 80);
    throw new PretrainedError(
      `${path}: expected forced_decoder_ids to be a language, a task and no timestamps from place 1 on, got ${got}`,
    );
  };
  if (!Array.isArray(given)) return refuse();
  const tokens = given.map((pair: unknown, i) =>
    Array.isArray(pair) && pair[0] === i + 1 ? (pair[1] as unknown) : refuse(),
  );
  const rest = tokens.at(-1) === noTimestamps ? tokens.slice(0, -1) : tokens;
  if (rest.length === 0) return {};
  const [first, second] = rest;
  const language = [...languages].find(([, id]) => id === first)?.[0];
  const task = (["transcribe", "translate"] as const).find((name) => tasks?.[name] === second);
  if (tasks === undefined || rest.length > 2) return refuse();
  if ((first !== null && language === undefined) || (rest.length === 2 && task === undefined)) return refuse();
  return { ...(language !== undefined && { language }), ...(task !== undefined && { task }), isForced: true };
}

/** Options with what a model's files say where they say nothing. */
export function withPromptDefaults<T extends Pick<PromptDefaults, "language" | "task">>(
  options: T,
  { isForced = false, ...defaults }: PromptDefaults,
): T {
  const { language, task } = options;
  if (isForced && (language !== undefined || task !== undefined)) return options;
  return {
    ...options,
    ...(language === undefined && defaults.language !== undefined && { language: defaults.language }),
    ...(task === undefined && defaults.task !== undefined && { task: defaults.task }),
  };
}
