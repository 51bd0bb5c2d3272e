// A hub on this machine, with small models under the names that the README gives.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHub } from "@qkv/testing";
import { writeTinyLanguageModel } from "../../apps/cli/test/tinyModel.ts";
import { ROOT } from "../packed/tarballs.mjs";

/** Starts it: the shipped classifier stands for a ViT, a few hundred numbers for a GPT-2. */
export async function startReadmeHub() {
  const folder = mkdtempSync(join(tmpdir(), "qkv-readme-hub-"));
  const gpt2 = join(folder, "gpt2");
  try {
    mkdirSync(gpt2);
    await writeTinyLanguageModel(gpt2);
    return await startHub({
      "google/vit-base-patch16-224": repository(join(ROOT, "models/cifar10")),
      "openai-community/gpt2": repository(gpt2),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function repository(folder) {
  const commit = "c".repeat(40);
  const files = readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]);
  return { commits: { [commit]: Object.fromEntries(files) }, revisions: { main: commit } };
}
