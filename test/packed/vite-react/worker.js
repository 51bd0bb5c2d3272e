import { initBackend } from "@qkv/backend";
import { createLoader, createTranslator } from "@qkv/pretrained";
import { marian } from "@qkv/transformer";

const loadPretrained = createLoader([marian]); // the page ships no other family

/** The translations under way, by the numbers that the page gave them. */
const running = new Map();
let opening;

async function open(model) {
  const { name: backend, refused, threadsFallbackReason } = await initBackend();
  const onProgress = ({ file, loaded, total }) => postMessage({ type: "loading", file, loaded, total });
  const translator = createTranslator(await loadPretrained(model, { onProgress }));
  return { translator, report: { backend, refused, threadsFallbackReason } };
}

/** The model, opened by whoever comes first. If that fails, the next one tries again. */
function opened(model) {
  opening ??= open(model).catch((error) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

async function translate({ id, model, text }) {
  const controller = new AbortController();
  const { signal } = controller;
  running.set(id, controller);
  try {
    const { translator, report } = await opened(model);
    let translation = "";
    const onPartial = (partial) => postMessage({ type: "partial", id, translation: translation + partial });
    for await (const { space, translations } of translator.sentences(text, { signal, onPartial })) {
      translation += space + (translations[0]?.text ?? "");
    }
    postMessage({ type: "done", id, result: { ...report, translation } });
  } catch (error) {
    postMessage({ type: "failed", id, message: String(error) });
  } finally {
    running.delete(id);
  }
}

addEventListener("message", ({ data }) => {
  if (data.type === "abort") running.get(data.id)?.abort();
  else void translate(data);
});
