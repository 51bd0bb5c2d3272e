import { createTextClassifier, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { distilbert } from "@qkv/transformer";
import { kernelProfile } from "../../backends/kernelProfile.ts";
import { startBackend } from "../../backends/startBackend.ts";
import type { StartEngine } from "../../harness/engine.ts";
import type { BackendChoice } from "../../harness/ours.ts";
import { readBatches, type TextsWork } from "../../weights/textBatches.ts";
import { scoresByName } from "./scoresByName.ts";

export const start: StartEngine<TextsWork & BackendChoice> = async (options) => {
  await startBackend(options);
  const classifier = createTextClassifier(
    await loadPretrained(modelFolder(options.folder), { families: [distilbert] }),
  );
  const { first, next } = await readBatches(options);

  const run = () => classifier.classifyBatch(next());
  return {
    run,
    result: async () => scoresByName(await classifier.classifyBatch(first)),
    tokens: options.batch * options.tokens,
    profile: () => kernelProfile(run),
  };
};
