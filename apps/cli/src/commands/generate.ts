import type { CacheDtype } from "@qkv/attention";
import type { Adapter } from "@qkv/nn";
import type { GeneratedSequence } from "@qkv/transformer";
import { Command, InvalidArgumentError } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { cacheDtypeOption } from "../generation/cacheDtypeOption.ts";
import { fillTokens, paddedRows } from "../generation/paddedRows.ts";
import { type PromptChoice, readPrompts } from "../generation/prompts.ts";
import { streamText } from "../generation/streamText.ts";
import { untilInterrupted } from "../interrupt.ts";
import { aNumber, atLeastOne, beamCount } from "../numberOption.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { writeJson, writeText } from "../output.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { UsageError } from "../usageError.ts";
import { textRows, workOf } from "../workEstimate.ts";

interface GenerateCommandOptions extends BackendChoice, PromptChoice {
  readonly model: string;
  readonly adapter?: string;
  readonly maxNewTokens?: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly beams?: number;
  readonly seed?: number;
  readonly assistantModel?: string;
  readonly cacheDtype?: CacheDtype;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly json?: boolean;
}

/** `qkv generate`: text that goes on with a prompt, or what an encoder-decoder makes of it. */
export function generateCommand(): Command {
  return withBackendOptions(
    new Command("generate")
      .description("Go on with a prompt, or make of it what an encoder-decoder makes; text comes out as it is made.")
      .requiredOption("--model <ref>", MODEL_REF)
      .option("--adapter <ref>", "a LoRA adapter of the model, as Python's PEFT saves it: a folder or an id on the hub")
      .option("--prompt <text>", "what to begin with")
      .option(
        "--inputs <file>",
        "safetensors with input_ids and attention_mask, or a Whisper's input_features, as forward takes them",
      )
      .option("--max-new-tokens <n>", "how many tokens at most (default: as the model says, else 20)", atLeastOne)
      .option("--temperature <t>", "draw tokens; below 1 sharper, above 1 flatter", aNumber)
      .option("--top-k <k>", "draw among the k likeliest tokens", aNumber)
      .option("--top-p <p>", "draw among the likeliest tokens that together reach this probability", aNumber)
      .option("--beams <n>", "beams kept while searching", beamCount)
      .option("--seed <n>", "the same seed draws the same tokens (default: 0)", aNumber)
      .option("--assistant-model <ref>", "a smaller model with the same tokenizer, which proposes tokens to be checked")
      .addOption(cacheDtypeOption())
      .option("--options <json>", 'more of it in Hugging Face\'s names: {"no_repeat_ngram_size": 2}', jsonObject)
      .option("--json", 'one JSON object: {"ids":[[]],"text":[],"scores":[]}, one row for each sequence'),
  ).action((options: GenerateCommandOptions) => untilInterrupted((signal) => runGenerate(options, signal)));
}

/** Tokens that are made where nothing else is said. */
const DEFAULT_NEW_TOKENS = 20;

async function runGenerate(options: GenerateCommandOptions, signal: AbortSignal): Promise<void> {
  const { loadAdapter, loadPretrained } = await import("@qkv/pretrained");
  const { CAUSAL_FAMILIES, generate, generateStream, parseGenerationOptions, SEQ2SEQ_FAMILIES, whisper, WhisperModel } =
    await import("@qkv/transformer");
  const files = await openModelFiles(options.model);
  const adapterFiles = options.adapter === undefined ? undefined : await openModelFiles(options.adapter, "--adapter");
  const { prompt, maxNewTokens = DEFAULT_NEW_TOKENS, beams = 1 } = options;
  const rows = prompt === undefined ? undefined : textRows([prompt]) + maxNewTokens * beams; // steps follow each other without a wait
  await startBackend(options, () => workOf(files, () => rows));
  const { model, tokenizer, generationConfig, architecture } = await loadPretrained(files, {
    families: [...SEQ2SEQ_FAMILIES, ...CAUSAL_FAMILIES, whisper],
    signal,
    ...tokenizerOptions(),
  });
  const writeRows = async (ids: readonly number[][], sequences: readonly (readonly GeneratedSequence[])[]) => {
    const text = tokenizer ? ids.map((row) => tokenizer.decode(row, { skipSpecialTokens: true })) : [];
    const scores = sequences.flat().map(({ score }) => score);
    const lines = tokenizer ? text : ids.map((row) => row.join(" "));
    if (options.json) await writeJson({ ids, text, scores });
    else await writeText(`${lines.join("\n")}\n`);
  };
  let assistant: Awaited<ReturnType<typeof openAssistant>> | undefined;
  let adapter: Adapter | undefined;
  try {
    if (adapterFiles !== undefined) {
      adapter = await loadAdapter(model, adapterFiles, { signal });
      adapter.attach();
    }
    if (!("generation" in model)) {
      throw new UsageError(`${files.name}/config.json: expected a model that generates text, got ${architecture}`);
    }
    const given = { ...options.options, ...namedOptions(options) };
    const named = { ...generationConfig, ...given };
    const eos = [named["eos_token_id"] === undefined ? model.generation.eosTokenId : (named["eos_token_id"] ?? [])];
    const file = { fields: generationConfig, path: `${files.name}/generation_config.json` };
    if (model instanceof WhisperModel) {
      if (options.inputs === undefined)
        throw new UsageError("expected --inputs with input_features of a model that hears, got none");
      const { NamedTensors } = await import("../forward/namedTensors.ts");
      const { writeSpeech } = await import("../generation/writeSpeech.ts");
      const settings = { ...parseOptions(() => parseGenerationOptions(given, file)), signal };
      const sequences = await writeSpeech(model, await NamedTensors.read(options.inputs), file, settings);
      await writeRows(
        paddedRows(sequences, fillTokens(named["pad_token_id"] as number | undefined, eos.flat() as number[])),
        sequences,
      );
      return;
    }
    const { prompts, attentionMask } = await readPrompts(options, tokenizer, {
      ...(!("encode" in model) && { bosTokenId: model.generation.bosTokenId }),
      padTokenId: named["pad_token_id"],
      eosTokenIds: eos.flat(),
    });
    if (options.assistantModel !== undefined) assistant = await openAssistant(options.assistantModel, signal);
    const settings = {
      ...(assistant && { assistantModel: assistant }),
      ...parseOptions(() => parseGenerationOptions(given, file)),
      ...(attentionMask && { attentionMask }),
      ...(options.cacheDtype && { cacheDtype: options.cacheDtype }),
      ...(tokenizer && { decode: (ids: readonly number[]) => tokenizer.decode(ids, { skipSpecialTokens: false }) }),
      signal,
    };
    const { numBeams = 1, numReturnSequences = 1 } = settings;
    const begun = "encode" in model ? undefined : prompts;
    const [first] = prompts;
    if (!options.json && tokenizer && first && prompts.length === 1 && numBeams === 1 && numReturnSequences === 1) {
      for await (const text of streamText(generateStream(model, first, settings), tokenizer, begun?.[0])) {
        await writeText(text);
      }
      process.stdout.write("\n");
      return;
    }
    const sequences = await generate(model, prompts, settings);
    const fill = fillTokens(named["pad_token_id"] as number | undefined, eos.flat() as number[], numBeams);
    const ids = paddedRows(sequences, { ...(begun && { prompts: begun }), ...fill });
    await writeRows(ids, sequences);
  } finally {
    assistant?.dispose();
    adapter?.dispose();
    model.dispose();
  }
}

/** Opens the model of `--assistant-model`. The caller disposes of it. */
async function openAssistant(ref: string, signal: AbortSignal) {
  const { loadPretrained } = await import("@qkv/pretrained");
  const { CAUSAL_FAMILIES } = await import("@qkv/transformer");
  const { model } = await loadPretrained(await openModelFiles(ref), {
    families: CAUSAL_FAMILIES,
    signal,
    ...tokenizerOptions(),
  });
  return model;
}

/** What `parse` gives. @throws UsageError with its message */
function parseOptions<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The options of their own in Hugging Face's names; they win over `--options`, and those over generation_config.json. */
function namedOptions({ maxNewTokens, temperature, topK, topP, beams, seed }: GenerateCommandOptions): object {
  const draws = [temperature, topK, topP].some((given) => given !== undefined);
  const given = {
    ...{ max_new_tokens: maxNewTokens, num_beams: beams, temperature, top_k: topK, top_p: topP, seed },
    ...{ do_sample: draws ? true : undefined },
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  throw new InvalidArgumentError("expected a JSON object.");
}
