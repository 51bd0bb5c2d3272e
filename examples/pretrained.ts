import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained } from "@qkv/pretrained";
import { modelFolder, savePretrained } from "@qkv/pretrained/node";

await initBackend();
const pretrained = await loadPretrained(modelFolder("models/en-fr"));
const translator = createTranslator(pretrained);

const { translation, score } = await translator.translate("I love you. Where is the train station?", { numBeams: 4 });
console.log(translation, score);

await savePretrained("runs/copy", { ...pretrained, dtype: "F16" }); // Python's transformers opens it too
pretrained.model.dispose();
