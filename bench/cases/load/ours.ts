import { loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { startBackend } from "../../backends/startBackend.ts";
import type { StartEngine } from "../../harness/engine.ts";
import type { BackendChoice } from "../../harness/ours.ts";

export const start: StartEngine<BackendChoice & { folder: string }> = async (options) => {
  await startBackend(options);
  return {
    run: async () => {
      const { model } = await loadPretrained(modelFolder(options.folder));
      model.dispose();
    },
  };
};
