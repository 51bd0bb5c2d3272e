import { writeFile } from "node:fs/promises";
import {
  type Tokenizer,
  trainBpe,
  trainUnigram,
  type TrainingOptions,
  trainWordLevel,
  trainWordPiece,
} from "@qkv/tokenizers";
import { expectWritable } from "./outputFile.ts";
import { progressBar } from "./progressBar.ts";
import { type TokenizerModel, TRAINING_PIPELINES, type TrainingPipeline } from "./trainingPipelines.ts";
import { streamFileLines } from "./textLines.ts";
import { UsageError } from "./usageError.ts";

/** What `qkv train tokenizer` is asked for. */
export interface TrainTokenizerOptions {
  readonly model: TokenizerModel;
  readonly vocabSize: number;
  /** The tokenizer.json to write. */
  readonly out: string;
  readonly specialToken?: readonly string[];
  readonly minFrequency?: number;
}

/** Trains a tokenizer on the lines of `files` and writes it. */
export async function trainTokenizer(
  files: readonly string[],
  options: TrainTokenizerOptions,
  signal: AbortSignal,
): Promise<void> {
  const { model, vocabSize, out, minFrequency } = options;
  if (model === "unigram" && minFrequency !== undefined) {
    throw new UsageError("--min-frequency: expected bpe, wordpiece or wordlevel beside it, got unigram");
  }
  await expectWritable("--out", out);
  const pipeline = withSpecialTokens(TRAINING_PIPELINES[model], options.specialToken);
  const bar = progressBar("Learning", 1);
  try {
    const tokenizer = await train(model, linesOf(files), {
      ...pipeline,
      vocabSize,
      signal,
      ...(minFrequency !== undefined && { minFrequency }),
      onProgress: ({ stage, done, total = done }) => {
        if (stage === "learning") bar.update(done / Math.max(1, total));
      },
    });
    await writeFile(out, `${JSON.stringify(tokenizer)}\n`);
  } finally {
    bar.stop();
  }
}

type Training = TrainingPipeline & TrainingOptions & { readonly vocabSize: number };

function train(model: TokenizerModel, texts: AsyncIterable<string>, options: Training): Promise<Tokenizer> {
  switch (model) {
    case "bpe":
      return trainBpe(texts, options);
    case "wordpiece":
      return trainWordPiece(texts, options);
    case "unigram":
      return trainUnigram(texts, options);
    case "wordlevel":
      return trainWordLevel(texts, options);
  }
}

/** The pipeline with other special tokens; what it needs of its own has to be among them. */
function withSpecialTokens(pipeline: TrainingPipeline, tokens: readonly string[] | undefined): TrainingPipeline {
  if (tokens === undefined) return pipeline;
  const { unkToken, postProcessor: _, ...others } = pipeline;
  if (unkToken !== undefined && !tokens.includes(unkToken)) {
    throw new UsageError(`--special-token: expected ${unkToken} among them, got ${tokens.join(" ")}`);
  }
  return { ...others, specialTokens: tokens, ...(unkToken !== undefined && { unkToken }) };
}

/** The lines of all files, each read as it is needed. */
async function* linesOf(files: readonly string[]): AsyncGenerator<string> {
  let isEmpty = true;
  for (const file of files) {
    for await (const line of streamFileLines(file)) {
      isEmpty &&= line.trim() === "";
      yield line;
    }
  }
  if (isEmpty) throw new UsageError(`${files.join(", ")}: expected a text to train on, got nothing but white space`);
}
