import type { CacheDtype } from "@qkv/attention";
import { Command, InvalidArgumentError } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { cacheDtypeOption } from "../generation/cacheDtypeOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { note } from "../note.ts";
import { atLeastOne } from "../numberOption.ts";
import { MODEL_REF } from "../openModelFiles.ts";

interface ServeCommandOptions extends BackendChoice {
  readonly model: readonly string[];
  readonly port: number;
  readonly queue: number;
  readonly maxTokens: number;
  readonly cacheDtype?: CacheDtype;
}

/** `qkv serve`: models behind OpenAI's API, on this machine. */
export function serveCommand(): Command {
  return withBackendOptions(
    new Command("serve")
      .description(
        "Answer requests of OpenAI's API on this machine: chat, completions, embeddings and transcriptions of models, one request at a time.",
      )
      .requiredOption("--model <ref...>", `${MODEL_REF}; several may be given, and requests name one of them so`)
      .option("--port <n>", "the port on 127.0.0.1; 0: any that is free", portNumber, 8000)
      .option("--queue <n>", "how many requests may wait; what comes then is refused", atLeastOne, 32)
      .option("--max-tokens <n>", "the longest answer where a request does not say it", atLeastOne, 1024)
      .addOption(cacheDtypeOption()),
  ).action((options: ServeCommandOptions) => untilInterrupted((signal) => runServe(options, signal)));
}

async function runServe(options: ServeCommandOptions, signal: AbortSignal): Promise<void> {
  const { openServedModels } = await import("../server/servedModels.ts");
  const { serverApp } = await import("../server/serverApp.ts");
  const { runServer } = await import("../server/runServer.ts");
  const { RequestQueue } = await import("../server/requestQueue.ts");
  const { Metrics } = await import("../server/metrics.ts");
  await startBackend(options);
  const models = await openServedModels(options.model, signal, options.cacheDtype);
  try {
    const queue = new RequestQueue(options.queue);
    const metrics = new Metrics({
      qkv_requests_running: () => queue.running,
      qkv_requests_waiting: () => queue.waiting,
    });
    const ending = new AbortController();
    const app = serverApp({ models, queue, metrics, ending: ending.signal, maxTokens: options.maxTokens });
    await runServer(app, options.port, {
      signal,
      onListening: (port) =>
        note(`listening on http://127.0.0.1:${port}/v1 with ${models.map(({ id }) => id).join(", ")}`),
      end: () => ending.abort(new DOMException("the server ends", "AbortError")),
    });
  } finally {
    for (const model of models) model.dispose();
  }
}

function portNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError("expected a whole number from 0 to 65535.");
}
