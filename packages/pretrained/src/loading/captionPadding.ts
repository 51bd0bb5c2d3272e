import type { Tokenizer } from "@qkv/tokenizers";
import { type ModelFiles, readOptionalJson, type ReadOptions } from "../files/modelFiles.ts";

/** How `tokenizer_config.json` pads texts. */
export interface CaptionPadding {
  readonly padId: number;
  readonly padToken: string;
  readonly direction: "right" | "left";
  /** Whether the padding is hidden from the model: SigLIP's was trained to see it, and `model_input_names` then has no mask. */
  readonly isMasked: boolean;
}

/** Reads the padding of a folder; undefined if its files name no token for it that the tokenizer has. */
export async function readCaptionPadding(
  files: ModelFiles,
  tokenizer: Tokenizer | undefined,
  options: ReadOptions,
): Promise<CaptionPadding | undefined> {
  const config = (await readOptionalJson(files, "tokenizer_config.json", options)) ?? {};
  const map = (await readOptionalJson(files, "special_tokens_map.json", options)) ?? {};
  const padToken = contentOf(config["pad_token"]) ?? contentOf(map["pad_token"]);
  const padId = padToken === undefined ? undefined : tokenizer?.tokenToId(padToken);
  if (padToken === undefined || padId === undefined) return undefined;
  const names = config["model_input_names"];
  return {
    padId,
    padToken,
    direction: config["padding_side"] === "left" ? "left" : "right",
    isMasked: !Array.isArray(names) || names.includes("attention_mask"),
  };
}

/** The text of a special token: by itself, or with its flags. */
function contentOf(token: unknown): string | undefined {
  const content: unknown =
    typeof token === "object" && token !== null ? (token as { content?: unknown }).content : token;
  return typeof content === "string" ? content : undefined;
}
