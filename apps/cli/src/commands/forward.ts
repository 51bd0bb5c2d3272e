import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";

interface ForwardCommandOptions extends BackendChoice {
  readonly model: string;
  readonly inputs: string;
  readonly outputs: string;
  readonly hiddenStates?: boolean;
  readonly attentions?: boolean;
}

/** `qkv forward`: a model's outputs for tensors in a file, under Hugging Face's names, to compare or to look at. */
export function forwardCommand(): Command {
  return withBackendOptions(
    new Command("forward")
      .description("Run a model once on the tensors of a safetensors file (input_ids, attention_mask, ...).")
      .requiredOption("--model <ref>", MODEL_REF)
      .requiredOption(
        "--inputs <file>",
        "safetensors with what the model takes: input_ids, attention_mask, pixel_values, ...",
      )
      .requiredOption("--outputs <file>", "where to write logits and whatever else is asked for")
      .option("--hidden-states", "write every layer's output too")
      .option("--attentions", "write every layer's attention weights too"),
  ).action(runForward);
}

async function runForward(options: ForwardCommandOptions): Promise<void> {
  const { loadPretrained } = await import("@qkv/pretrained");
  const { writeSafetensors } = await import("@qkv/safetensors");
  const { modelForward } = await import("../forward/modelForward.ts");
  const { NamedTensors, toSafeTensors } = await import("../forward/namedTensors.ts");

  const inputs = await NamedTensors.read(options.inputs);
  await startBackend(options);
  const { model } = await loadPretrained(await openModelFiles(options.model), tokenizerOptions());
  try {
    const outputs = modelForward(model, inputs, {
      hiddenStates: options.hiddenStates ?? false,
      attentions: options.attentions ?? false,
    });
    try {
      await writeFile(options.outputs, writeSafetensors(await toSafeTensors(outputs)));
    } finally {
      for (const tensor of outputs.values()) tensor.dispose();
    }
  } finally {
    model.dispose();
  }
}
