import { loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { generate, marian, t5 } from "@qkv/transformer";
import { kernelProfile } from "../../backends/kernelProfile.ts";
import { startBackend } from "../../backends/startBackend.ts";
import type { StartEngine } from "../../harness/engine.ts";
import type { BackendChoice } from "../../harness/ours.ts";
import { type DecodeWork, readSources } from "./work.ts";

export const start: StartEngine<DecodeWork & BackendChoice> = async (options) => {
  await startBackend(options);
  const { model } = await loadPretrained(modelFolder(options.folder), { families: [marian, t5] });
  const { ids: sources, maxNewTokens } = await readSources(options.folder);

  const run = async () => {
    const made: number[][] = [];
    for (const ids of sources) {
      const [best] = await generate(model, [ids], { numBeams: options.beams, maxLength: 1 + maxNewTokens });
      made.push([...(best?.[0]?.ids ?? [])]);
    }
    return made;
  };
  const result = (await run()).flat();
  return { run, result: () => result, tokens: result.length - sources.length, profile: () => kernelProfile(run) };
};
