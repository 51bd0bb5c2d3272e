// A tiny T5 that golden/make_t5.py wrote, as a folder, with a tokenizer of 23 words.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { speechFiles } from "./tinySpeech.ts";

const WORDS = [
  "<pad>",
  "</s>",
  "<unk>",
  ..."summarize : , . Ada Lovelace wrote programs in London for engines that Babbage built".split(" "),
];
const vocab = Object.fromEntries(Array.from({ length: 23 }, (_, id) => [WORDS[id] ?? `word${id}`, id]));
const TOKENIZER = {
  model: { type: "WordLevel", vocab, unk_token: "<unk>" },
  pre_tokenizer: { type: "Whitespace" },
  post_processor: {
    type: "TemplateProcessing",
    single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "</s>", type_id: 0 } }],
    pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 0 } }],
    special_tokens: { "</s>": { id: "</s>", ids: [1], tokens: ["</s>"] } },
  },
  added_tokens: [0, 1, 2].map((id) => ({
    ...{ id, content: WORDS[id], special: true },
    ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
  })),
};

/** Writes its folder, `summarizer`, below `folder`. */
export function writeTinySummarizer(folder: string): void {
  const own = join(folder, "summarizer");
  mkdirSync(own, { recursive: true });
  const tokenizer = {
    "tokenizer.json": TOKENIZER,
    "tokenizer_config.json": { tokenizer_class: "PreTrainedTokenizerFast" },
  };
  for (const [file, bytes] of speechFiles("t5", tokenizer)) writeFileSync(join(own, file), bytes);
}
