import { checkRecord } from "@qkv/ops";
import { type ModelFiles, pathOf, readOptionalFile, readOptionalJson, type ReadOptions } from "../files/modelFiles.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

/** A model's template of conversations, and the texts of special tokens that it may name. */
export interface ChatTemplate {
  /** In Jinja, for what Hugging Face's `apply_chat_template` gives it. */
  readonly template: string;
  /** Those for other uses by name, such as `tool_use` for conversations with tools; absent if there is none. */
  readonly named?: Readonly<Record<string, string>>;
  /** Special tokens by name: `bos_token`, `eos_token`. */
  readonly specialTokens: Readonly<Record<string, string>>;
}

const [FILE, FOLDER, ENDING] = ["chat_template.jinja", "additional_chat_templates", ".jinja"];
const CONFIG = "tokenizer_config.json";

type Templates = Pick<ChatTemplate, "template" | "named">;

/**
 * Reads the chat templates of a folder, as transformers does: `chat_template.jinja` and `additional_chat_templates/NAME.jinja`,
 * else that of `tokenizer_config.json`, which may be a list with names. Undefined if there is none.
 */
export async function readChatTemplate(files: ModelFiles, options: ReadOptions): Promise<ChatTemplate | undefined> {
  const config = (await readOptionalJson(files, CONFIG, options)) ?? {};
  const alone = await readOptionalFile(files, FILE, options);
  const found =
    alone === undefined
      ? configured(files, config["chat_template"])
      : templates({ default: decode(alone), ...(await additional(files, options)) });
  return found && { ...found, specialTokens: specialTokens(config) };
}

/** The files of chat templates, as `loadPretrained` reads them back. */
export function chatTemplateFiles(chat: Pick<ChatTemplate, "template" | "named">): ReadonlyMap<string, Uint8Array> {
  checkRecord("chatTemplateFiles", "chat", chat);
  const { template, named = {} } = chat;
  const others = Object.entries(named).map(([name, text]) => [`${FOLDER}/${name}${ENDING}`, text] as const);
  const encoder = new TextEncoder();
  return new Map([[FILE, template] as const, ...others].map(([file, text]) => [file, encoder.encode(text)]));
}

/** The templates of a folder's folder of them, by name. */
async function additional(files: ModelFiles, options: ReadOptions): Promise<Readonly<Record<string, string>>> {
  const listed = (await files.list?.(FOLDER).catch(() => undefined)) ?? [];
  const named: Record<string, string> = {};
  for (const file of listed) {
    if (!file.startsWith(`${FOLDER}/`) || !file.endsWith(ENDING)) continue;
    const bytes = await readOptionalFile(files, file, options);
    if (bytes !== undefined) named[file.slice(FOLDER.length + 1, -ENDING.length)] = decode(bytes);
  }
  return named;
}

function configured(files: ModelFiles, value: unknown): Templates | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return { template: value };
  const listed = Array.isArray(value) ? (value as readonly { name?: unknown; template?: unknown }[]) : [];
  const all = Object.fromEntries(
    listed.flatMap((entry) => (typeof entry?.template === "string" ? [[entry.name, entry.template]] : [])),
  ) as Record<string, string>;
  if (Object.hasOwn(all, "default")) return templates(all as { readonly default: string });
  const got = JSON.stringify(value).slice(0, 80);
  throw new PretrainedError(
    `${pathOf(files, CONFIG)}: expected chat_template to be a text, or a list with one named default, got ${got}`,
  );
}

function templates({ default: template, ...named }: { readonly default: string }): Templates {
  return { template, ...(Object.keys(named).length > 0 && { named }) };
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
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
