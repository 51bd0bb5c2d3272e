import { createEmbedder, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { bert } from "@qkv/transformer";
import { kernelProfile } from "../../backends/kernelProfile.ts";
import { startBackend } from "../../backends/startBackend.ts";
import type { StartEngine } from "../../harness/engine.ts";
import type { BackendChoice } from "../../harness/ours.ts";
import { readBatches, type TextsWork } from "../../weights/textBatches.ts";

export const start: StartEngine<TextsWork & BackendChoice> = async (options) => {
  await startBackend(options);
  const embedder = createEmbedder(await loadPretrained(modelFolder(options.folder), { families: [bert] }));
  const { first, next } = await readBatches(options);

  const embed = (texts: readonly string[]) => embedder.embedBatch(texts, { normalize: true });
  const run = () => embed(next());
  return {
    run,
    result: async () => (await embed(first)).flatMap((vector) => [...vector]),
    tokens: options.batch * options.tokens,
    profile: () => kernelProfile(run),
  };
};
