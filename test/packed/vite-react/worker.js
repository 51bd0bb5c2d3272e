import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained } from "@qkv/pretrained";

async function translate(text) {
  const { name: backend, refused, threadsReason } = await initBackend();
  const translator = createTranslator(await loadPretrained(`${location.origin}/models/en-fr`));
  const { translation } = await translator.translate(text);
  return { backend, refused, threadsReason, translation };
}

addEventListener("message", ({ data }) =>
  translate(data).then(postMessage, (error) => postMessage({ error: String(error) })),
);
