import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained, memoryFiles, pretrainedFiles } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { marian } from "@qkv/transformer";

await initBackend();
const pretrained = await loadPretrained(modelFolder("models/en-fr"), { families: [marian] });

for (const dtype of ["F32", "F16"] as const) {
  const files = await pretrainedFiles({ ...pretrained, dtype });
  const bytes = files.get("model.safetensors")?.length ?? 0;

  const copy = await loadPretrained(memoryFiles(dtype, files), { families: [marian] });
  const { translation, score } = await createTranslator(copy).translate("Where is the train station?");
  console.log(`${dtype}: ${(bytes / 1e6).toFixed(1)} MB, ${translation} ${score.toFixed(3)}`);
  copy.model.dispose();
}
pretrained.model.dispose();
