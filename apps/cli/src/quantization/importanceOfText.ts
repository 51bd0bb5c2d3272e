import { measureImportance, type Pretrained } from "@qkv/pretrained";
import type { Tokenizer } from "@qkv/tokenizers";
import { CausalLanguageModel, type EncoderModel, generate, Seq2SeqLanguageModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { type ProgressBar, progressBar } from "../progressBar.ts";
import { readLines } from "../textLines.ts";
import { UsageError } from "../usageError.ts";

/** Tokens that a decoder-only model sees at once. */
const CHUNK = 512;

/** Runs a model once on some tokens. */
type Run = (ids: readonly number[]) => Promise<void>;

/**
 * Measures how much each column of a model's matrices matters on a text: a decoder-only model reads it in chunks, an
 * encoder-decoder answers each line, and an encoder reads each line.
 *
 * @throws UsageError if the model has no tokenizer or takes no text, or the file has no lines
 */
export async function importanceOfText(
  pretrained: Pretrained,
  file: string,
  signal: AbortSignal,
): Promise<Map<string, Float32Array>> {
  const { model, tokenizer, name } = pretrained;
  if (tokenizer === undefined) throw new UsageError(`--text: expected a model with a tokenizer, got ${name}`);
  const run = runOf(pretrained, signal);
  if (run === undefined) throw new UsageError(`--text: expected a model that takes text, got ${name}`);
  const lines = (await readLines(file)).filter((line) => line.trim() !== "");
  if (lines.length === 0) throw new UsageError(`--text: expected at least one line in ${file}, got none`);
  const most = (model.config as { readonly maxPositions?: number }).maxPositions ?? CHUNK;
  const inputs = model instanceof CausalLanguageModel ? chunks(tokenizer, lines, most) : rows(tokenizer, lines, most);
  const bar: ProgressBar = progressBar("reading the text", inputs.length);
  try {
    return await measureImportance(model, async () => {
      for (const [done, ids] of inputs.entries()) {
        signal.throwIfAborted();
        await run(ids);
        bar.update(done + 1);
      }
    });
  } finally {
    bar.stop();
  }
}

function runOf({ model }: Pretrained, signal: AbortSignal): Run | undefined {
  if (model instanceof Seq2SeqLanguageModel) {
    return async (ids) => void (await generate(model, [[...ids]], { maxNewTokens: ids.length + 8, signal }));
  }
  if (!(model instanceof CausalLanguageModel) && !("encoder" in model)) return undefined;
  const passes = model as CausalLanguageModel | EncoderModel;
  return async (given) => {
    const ids = tf.tensor2d([...given], [1, given.length], "int32");
    const outputs = tf.tidy(() => Object.values(passes.forward({ ids })) as tf.Tensor[]);
    await outputs[0]?.data();
    tf.dispose([ids, ...outputs]);
  };
}

function chunks(tokenizer: Tokenizer, lines: readonly string[], most: number): readonly number[][] {
  const { ids } = tokenizer.encode(lines.join("\n"), { truncation: false, padding: false });
  const length = Math.min(CHUNK, most);
  return Array.from({ length: Math.ceil(ids.length / length) }, (_, i) => [...ids.slice(i * length, (i + 1) * length)]);
}

/** A row for each line; of a line that is too long its beginning, and room for an answer. */
function rows(tokenizer: Tokenizer, lines: readonly string[], most: number): readonly number[][] {
  const length = Math.max(1, Math.min(CHUNK, most - 8));
  return lines.map((line) => [...tokenizer.encode(line, { truncation: false, padding: false }).ids.slice(0, length)]);
}
