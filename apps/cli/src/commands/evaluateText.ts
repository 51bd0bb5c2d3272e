import { Command } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { progressBar } from "../progressBar.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { UsageError } from "../usageError.ts";

interface EvaluateTextOptions extends BackendChoice {
  readonly model: string;
  readonly data: string;
  readonly json?: boolean;
}

/** `qkv evaluate text-generation`: how well a model foresees a text. */
export function evaluateTextCommand(): Command {
  return withBackendOptions(
    new Command("text-generation")
      .description("Measure how well a decoder-only model foresees a text, in pieces as long as its positions.")
      .requiredOption("--model <ref>", MODEL_REF)
      .requiredOption("--data <file>", "a UTF-8 text")
      .option("--json", "one JSON object: loss (nats for each token), perplexity, tokens"),
  ).action((options: EvaluateTextOptions) => untilInterrupted((signal) => evaluateText(options, signal)));
}

async function evaluateText(options: EvaluateTextOptions, signal: AbortSignal): Promise<void> {
  const files = await openModelFiles(options.model);
  const { loadPretrained } = await import("@qkv/pretrained");
  const { CAUSAL_FAMILIES } = await import("@qkv/transformer");
  const { readText } = await import("../textGeneration/textData.ts");
  const { measureText } = await import("../textGeneration/measureText.ts");

  const text = await readText(options.data, ".");
  const backend = await startBackend(options);
  const { model, tokenizer, name } = await loadPretrained(files, {
    families: CAUSAL_FAMILIES,
    signal,
    ...tokenizerOptions(),
  });
  try {
    if (tokenizer === undefined) throw new UsageError(`${name}/tokenizer.json: expected a file, got nothing`);
    const ids = Int32Array.from(tokenizer.encode(text, { truncation: false, padding: false }).ids);
    if (ids.length < 2) throw new UsageError(`${options.data}: expected at least two tokens, got ${ids.length}`);
    const bar = progressBar("measuring", Math.ceil((ids.length - 1) / model.config.maxPositions));
    const { loss, tokens } = await measureText(model, ids, { signal, onProgress: (done) => bar.update(done) }).finally(
      () => bar.stop(),
    );
    const scores = { loss, perplexity: Math.exp(loss), tokens };
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ ...scores, backend })}\n`
        : `loss ${loss.toFixed(4)}\nperplexity ${scores.perplexity.toFixed(3)}\ntokens ${tokens}\n`,
    );
  } finally {
    model.dispose();
  }
}
