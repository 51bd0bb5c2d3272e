import { Command } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { aNumber, atLeastOne } from "../numberOption.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { streamInputLines } from "../textLines.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { UsageError } from "../usageError.ts";

interface ChatCommandOptions extends BackendChoice {
  readonly model: string;
  readonly system?: string;
  readonly maxNewTokens: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

/** `qkv chat`: a conversation with a model. */
export function chatCommand(): Command {
  return withBackendOptions(
    new Command("chat")
      .description(
        "Talk with a model: lines are said, answers come as they are made. /reset begins anew, /exit ends; Ctrl-C stops an answer. Lines that are piped in get an answer a line.",
      )
      .requiredOption("--model <ref>", MODEL_REF)
      .option("--system <text>", "what the model is told before the conversation begins")
      .option("--max-new-tokens <n>", "the longest answer", atLeastOne, 1024)
      .option(
        "--temperature <t>",
        "draw tokens; below 1 sharper, above 1 flatter, 0: none (default: as the model says)",
        aNumber,
      )
      .option("--top-p <p>", "draw among the likeliest tokens that together reach this probability", aNumber)
      .option("--seed <n>", "the same seed draws the same tokens (default: 0)", aNumber)
      .option("--json", "a JSON object a line: message, answer, finishReason, promptTokens, newTokens"),
  ).action((options: ChatCommandOptions) => untilInterrupted((signal) => runChat(options, signal)));
}

async function runChat(options: ChatCommandOptions, signal: AbortSignal): Promise<void> {
  const { createGenerator, loadPretrained } = await import("@qkv/pretrained");
  const { CAUSAL_FAMILIES } = await import("@qkv/transformer");
  const { system, maxNewTokens, temperature, topP, seed, json } = options;
  const files = await openModelFiles(options.model);
  await startBackend(options);
  const pretrained = await loadPretrained(files, { families: CAUSAL_FAMILIES, signal, ...tokenizerOptions() });
  try {
    const generator = createGenerator(pretrained);
    if (!generator.hasChat)
      throw new UsageError(`--model: expected a model with a chat template, got ${options.model}`);
    const { sampling: usual } = generator.defaults;
    const draws = temperature !== 0 && (temperature ?? topP ?? usual) !== undefined;
    const sampling = {
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { topP }),
      ...(seed !== undefined && { seed }),
    };
    const conversation = generator.startConversation({
      ...(system !== undefined && { system }),
      options: {
        maxNewTokens,
        tooLong: "cutStart",
        numBeams: 1,
        sampling: draws ? sampling : null,
      },
    });
    try {
      if (process.stdin.isTTY && !json) {
        const { chatOnTerminal } = await import("../chat/chatTerminal.ts");
        await chatOnTerminal(conversation, signal);
      } else {
        const { chatByLines } = await import("../chat/chatLines.ts");
        await chatByLines(conversation, streamInputLines(signal), { signal, ...(json && { json }) });
      }
    } finally {
      conversation.dispose();
    }
  } finally {
    pretrained.model.dispose();
  }
}
