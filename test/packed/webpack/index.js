import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained } from "@qkv/pretrained";

async function translate(text) {
  const { name, refused } = await initBackend();
  const translator = createTranslator(await loadPretrained(`${location.origin}/models/en-fr`));
  const { translation } = await translator.translate(text);
  return { backend: name, refused, translation };
}

const result = await translate("Where is the train station?").catch((error) => ({ error: String(error) }));
const output = document.createElement("output");
output.id = "result";
output.textContent = JSON.stringify(result);
document.body.append(output);
