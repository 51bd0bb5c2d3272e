import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained } from "@qkv/pretrained";

async function translate(text) {
  const { name, refused, threads, threadsFallbackReason } = await initBackend("wasm", {
    wasmPaths: new URL("./wasm/", import.meta.url).href,
    threadUrl: new URL("./kernelThread.js", import.meta.url),
  });
  const translator = createTranslator(await loadPretrained(`${location.origin}/models/en-fr`));
  const { translation } = await translator.translate(text);
  return { backend: name, refused, threads, threadsFallbackReason, translation };
}

const result = await translate("Where is the train station?").catch((error) => ({ error: String(error) }));
const output = document.createElement("output");
output.id = "result";
output.textContent = JSON.stringify(result);
document.body.append(output);
