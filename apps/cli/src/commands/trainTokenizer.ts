import { Command, Option } from "commander";
import { untilInterrupted } from "../interrupt.ts";
import { atLeastOne } from "../numberOption.ts";
import type { TokenizerModel } from "../trainingPipelines.ts";

const MODELS = ["bpe", "wordpiece", "unigram", "wordlevel"] as const satisfies readonly TokenizerModel[];

interface TrainTokenizerCommandOptions {
  readonly model: TokenizerModel;
  readonly vocabSize: number;
  readonly out: string;
  readonly specialToken?: readonly string[];
  readonly minFrequency?: number;
}

/** `qkv train tokenizer FILES`: a tokenizer.json from lines of text. */
export function trainTokenizerCommand(): Command {
  return new Command("tokenizer")
    .description("Train a tokenizer on the lines of text files, which may be larger than memory.")
    .argument("<files...>", "UTF-8 text files")
    .addOption(new Option("--model <name>", "what kind of tokenizer").choices(MODELS).makeOptionMandatory())
    .requiredOption("--vocab-size <n>", "how many tokens, special tokens included", atLeastOne)
    .requiredOption("--out <file>", "the tokenizer.json to write")
    .option("--special-token <token...>", "tokens that get the first ids (default: those usual for the model)")
    .option("--min-frequency <n>", "how often a pair, or a word, has to be seen; not for unigram", atLeastOne)
    .action(async (files: readonly string[], options: TrainTokenizerCommandOptions) => {
      const { trainTokenizer } = await import("../trainTokenizer.ts");
      await untilInterrupted((signal) => trainTokenizer(files, options, signal));
    });
}
