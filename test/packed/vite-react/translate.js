const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
let last = 0;

/** Translates in the worker. The signal stops it there, and the promise is rejected with the signal's reason. */
export function translate(model, text, { signal, onLoading, onPartial }) {
  const id = ++last;
  const ended = new AbortController();
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const abort = () => {
      worker.postMessage({ type: "abort", id });
      reject(signal.reason);
    };
    const answers = {
      loading: onLoading,
      partial: ({ translation }) => onPartial(translation),
      done: ({ result }) => resolve(result),
      failed: ({ message }) => reject(new Error(message)),
    };
    const listen = { signal: ended.signal };
    const hear = ({ data }) => (data.id ?? id) === id && answers[data.type](data);
    worker.addEventListener("message", hear, listen);
    worker.addEventListener("error", ({ message }) => reject(new Error(message ?? "the worker did not start")), listen);
    signal.addEventListener("abort", abort, listen);
    worker.postMessage({ type: "translate", id, model, text });
  }).finally(() => ended.abort());
}
