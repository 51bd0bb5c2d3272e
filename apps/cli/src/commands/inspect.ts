import { printable } from "@qkv/visualize";
import type { TokenizerSides } from "@qkv/tokenizers";
import { Command } from "commander";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { writeJson } from "../output.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";

/** `qkv inspect REF`: what a model folder holds. */
export function inspectCommand(): Command {
  return new Command("inspect")
    .description("Say what a model is: its architecture, parameters, stored types and tokenizer.")
    .argument("<ref>", MODEL_REF)
    .option("--json", "one JSON object")
    .action(runInspect);
}

async function runInspect(ref: string, { json }: { readonly json?: boolean }): Promise<void> {
  const { initBackend } = await import("@qkv/backend");
  const { loadPretrained } = await import("@qkv/pretrained");

  await initBackend("wasm");
  const { architecture, config, dtypes, model, name, tokenizer } = await loadPretrained(
    await openModelFiles(ref, "REF"),
    tokenizerOptions(),
  );
  const weights = [...model.params.weights().values()];
  const facts = {
    model: name,
    architecture,
    parameters: weights.reduce((sum, { kind, shape }) => sum + (kind === "buffer" ? 0 : sizeOf(shape)), 0),
    tensors: weights.length,
    dtypes: Object.fromEntries(dtypes),
    config,
    tokenizer: tokenizer === undefined ? null : tokenizerFacts(tokenizer.sides),
  };
  model.dispose();
  if (json) await writeJson(facts);
  else
    process.stdout.write(
      lines(facts)
        .map((line) => `${printable(line)}\n`)
        .join(""),
    );
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function tokenizerFacts({ source, target }: TokenizerSides): Record<string, unknown> {
  const { vocabSize } = source;
  return {
    vocabSize,
    ...(target !== source && { targetVocabSize: target.vocabSize }),
    type: source.toJSON().model.type,
  };
}

/** One line for each fact, those of a record indented under its name. */
function lines(facts: Readonly<Record<string, unknown>>, indent = ""): string[] {
  return Object.entries(facts).flatMap(([name, value]) => {
    const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isRecord) return [`${indent}${name}`, ...lines(value as Record<string, unknown>, `${indent}  `)];
    const shown =
      typeof value === "number"
        ? value.toLocaleString("en", { maximumSignificantDigits: 15 })
        : Array.isArray(value)
          ? JSON.stringify(value)
          : `${value}`;
    return [`${indent}${name}: ${shown}`];
  });
}
