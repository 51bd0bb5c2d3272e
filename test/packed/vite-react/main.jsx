import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

function Translation({ text }) {
  const [result, setResult] = useState();
  useEffect(() => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }) => setResult(data));
    worker.addEventListener("error", ({ message }) => setResult({ error: message ?? "the worker did not start" }));
    worker.postMessage(text, []);
    return () => worker.terminate();
  }, [text]);
  return result === undefined ? <p>…</p> : <output id="result">{JSON.stringify(result)}</output>;
}

createRoot(document.querySelector("#root")).render(<Translation text="Where is the train station?" />);
