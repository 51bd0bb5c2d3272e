import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained, memoryFiles, pretrainedFiles, quantize } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { marian } from "@qkv/transformer";

await initBackend();
const pretrained = await loadPretrained(modelFolder("models/en-fr"), { families: [marian] });

for (const dtype of ["F32", "F16"] as const) {
  const files = await pretrainedFiles({ ...pretrained, dtype });
  await show(dtype, files);
}

await quantize(pretrained.model, "q8_0"); // in place
await show("q8_0", await pretrainedFiles({ ...pretrained, dtype: "auto" }));
pretrained.model.dispose();

async function show(name: string, files: ReadonlyMap<string, Uint8Array>) {
  const bytes = files.get("model.safetensors")?.length ?? 0;
  const copy = await loadPretrained(memoryFiles(name, files), { families: [marian] });
  const { translation, score } = await createTranslator(copy).translate("Where is the train station?");
  console.log(`${name}: ${(bytes / 1e6).toFixed(1)} MB, ${translation} ${score.toFixed(3)}`);
  copy.model.dispose();
}
