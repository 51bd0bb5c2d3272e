import { type ModelFiles, pathOf, readOptionalFile, readOptionalJson, type ReadOptions } from "../files/modelFiles.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

/** A model's template of conversations, and the texts of special tokens that it may name. */
export interface ChatTemplate {
  /** In Jinja, for what Hugging Face's `apply_chat_template` gives it. */
  readonly template: string;
  /** Special tokens by name: `bos_token`, `eos_token`. */
  readonly specialTokens: Readonly<Record<string, string>>;
}

const [FILE, CONFIG] = ["chat_template.jinja", "tokenizer_config.json"];

/**
 * Reads the chat template of a folder, as transformers does: `chat_template.jinja`, else that of `tokenizer_config.json`, of
 * several the one named `default`. Undefined if there is none.
 */
export async function readChatTemplate(files: ModelFiles, options: ReadOptions): Promise<ChatTemplate | undefined> {
  const config = (await readOptionalJson(files, CONFIG, options)) ?? {};
  const alone = await readOptionalFile(files, FILE, options);
  const template = alone === undefined ? configured(files, config["chat_template"]) : new TextDecoder().decode(alone);
  return template === undefined ? undefined : { template, specialTokens: specialTokens(config) };
}

function configured(files: ModelFiles, value: unknown): string | undefined {
  if (value === undefined || value === null || typeof value === "string") return value ?? undefined;
  const named = Array.isArray(value) ? (value as readonly { name?: unknown; template?: unknown }[]) : [];
  const template = named.find((entry) => entry?.name === "default")?.template;
  if (typeof template === "string") return template;
  const got = JSON.stringify(value).slice(0, 80);
  throw new PretrainedError(
    `${pathOf(files, CONFIG)}: expected chat_template to be a text, or a list with one named default, got ${got}`,
  );
}

function specialTokens(config: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(config).map(([name, value]) => {
    const content = (value as { content?: unknown } | null)?.content;
    return [name, typeof value === "string" ? value : content] as const;
  });
  return Object.fromEntries(
    texts.filter((entry): entry is [string, string] => entry[0].endsWith("_token") && typeof entry[1] === "string"),
  );
}
