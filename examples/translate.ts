import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";

await initBackend(); // webgpu on real hardware, else wasm
const pretrained = await loadPretrained(modelFolder("models/en-fr"));
const translator = createTranslator(pretrained);
const { translation } = await translator.translate("Where is the train station?", { numBeams: 4 });
console.log(translation);
pretrained.model.dispose();
