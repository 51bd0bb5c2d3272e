import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";

const { name, refused } = await initBackend();
const translator = createTranslator(await loadPretrained(modelFolder(process.argv[2])));
const { translation } = await translator.translate("Where is the train station?");
process.stdout.write(`${JSON.stringify({ backend: name, refused, translation })}\n`);
