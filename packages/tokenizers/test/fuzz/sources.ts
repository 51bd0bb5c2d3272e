import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Folder } from "./hostileFolder.ts";
import type { Sources } from "./hostileFile.ts";

/** What the golden files in `goldens` and the published tokenizers in `published` have. */
export function readSources(goldens: string, published: string): Sources {
  const golden = (name: string): Record<string, unknown> => {
    const content = readFileSync(join(goldens, name), "utf8");
    return JSON.parse(name.endsWith("l") ? content.slice(0, content.indexOf("\n")) : content) as Record<
      string,
      unknown
    >;
  };
  const pipelines = readdirSync(goldens).filter(
    (file) => /^[a-z0-9-]+\.json$/.test(file) && !/^(training|unicode)/.test(file),
  );
  const families = readdirSync(join(goldens, "fuzz")).map((name) => join("fuzz", name));
  const files = existsSync(published)
    ? readdirSync(published).map((name) => join(published, name, "tokenizer.json")).filter((file) => existsSync(file)) // prettier-ignore
    : [];
  return {
    files: [
      ...[...pipelines, ...families].map((name) => JSON.stringify(golden(name)["tokenizer"])),
      ...files.map((file) => readFileSync(file, "utf8")),
    ],
    folders: folders(golden),
  };
}

const text = (content: unknown): Uint8Array =>
  new TextEncoder().encode(typeof content === "string" ? content : JSON.stringify(content));
const bytes = (base64: unknown): Uint8Array => new Uint8Array(Buffer.from(String(base64), "base64"));

interface Vocabulary {
  readonly tokenizer: { readonly model: { vocab: Record<string, number>; merges: [string, string][] } };
}

/** Tokenizers that have no tokenizer.json, with what may stand beside their vocabularies. */
function folders(golden: (name: string) => Record<string, unknown>): Record<string, Folder[]> {
  const { models } = golden("formats/sentencepiece.json") as { models: { name: string; model: string }[] };
  const marian = golden("formats/marian.json");
  const tiktoken = golden("formats/tiktoken.json");
  const modelOf = (name: string): Vocabulary["tokenizer"]["model"] => (golden(name) as unknown as Vocabulary).tokenizer.model; // prettier-ignore
  const [gpt2, bert] = [modelOf("gpt2.json"), modelOf("bert.json")];
  const words = Object.keys(bert.vocab).sort((a, b) => (bert.vocab[a] ?? 0) - (bert.vocab[b] ?? 0));
  const special = { bos_token: "<s>", eos_token: { content: "</s>" }, additional_special_tokens: ["<x>"] };
  const side = { ...special, add_bos_token: true, add_eos_token: false, add_prefix_space: true };
  const [source, vocab] = [bytes(marian["spm"]), text(marian["vocab"])];
  const json = { GPT2: "gpt2", Bert: "bert", Llama: "llama2", Roberta: "roberta", XLMRoberta: "unigram" };
  return {
    "tokenizer_config.json": Object.entries(json).map(([name, file]) => ({
      "tokenizer.json": text(golden(`${file}.json`)["tokenizer"]),
      "tokenizer_config.json": text({
        ...side,
        tokenizer_class: `${name}Tokenizer`,
        clean_up_tokenization_spaces: true,
      }),
      "special_tokens_map.json": text(special),
      "config.json": text({ model_type: name.toLowerCase() }),
    })),
    "spiece.model": models.map(({ model }) => ({ "spiece.model": bytes(model) })),
    "tokenizer.model": models
      .filter(({ name }) => name.startsWith("bpe"))
      .map(({ model }) => ({
        "tokenizer.model": bytes(model),
        "tokenizer_config.json": text({ ...side, tokenizer_class: "LlamaTokenizer" }),
        "added_tokens.json": text({ "<x>": 300 }),
      })),
    "source.spm": [
      { "source.spm": source, "vocab.json": vocab },
      ...[{ separate_vocabs: true }].map((config) => ({
        ...{ "source.spm": source, "vocab.json": vocab, "target.spm": source, "target_vocab.json": vocab },
        "tokenizer_config.json": text(config),
      })),
    ],
    "merges.txt": [
      {
        "vocab.json": text(gpt2.vocab),
        "merges.txt": text(gpt2.merges.map((pair) => pair.join(" ")).join("\n")),
        "tokenizer_config.json": text({ tokenizer_class: "GPT2Tokenizer", add_prefix_space: true }),
        "special_tokens_map.json": text(special),
        "added_tokens.json": text({ "<x>": 1000 }),
      },
    ],
    "vocab.txt": [
      {
        "vocab.txt": text(words.join("\n")),
        "tokenizer_config.json": text({
          ...{ do_lower_case: true, strip_accents: null, tokenizer_class: "BertTokenizer" },
          added_tokens_decoder: { 0: { content: "[PAD]", special: true }, 900: { content: "<x>" } },
        }),
      },
    ],
    "ranks.tiktoken": [{ "ranks.tiktoken": text(tiktoken["ranks"]), pattern: text(tiktoken["pattern"]) }],
  };
}
