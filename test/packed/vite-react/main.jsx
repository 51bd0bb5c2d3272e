import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { translate } from "./translate.js";

const MODEL = `${location.origin}/models/en-fr`;

/** The translation of the newest text; an older one that is under way is stopped. */
function useTranslation(text) {
  const [state, setState] = useState({});
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    setState({});
    translate(MODEL, text, {
      signal,
      onLoading: ({ file, loaded, total }) => setState({ loading: `${file}: ${loaded} of ${total ?? "?"} bytes` }),
      onPartial: (partial) => setState({ partial }),
    }).then(
      (result) => setState({ result }),
      (error) => signal.aborted || setState({ result: { error: String(error) } }),
    );
    return () => controller.abort();
  }, [text]);
  return state;
}

function Translation({ text }) {
  const { result, partial, loading } = useTranslation(text);
  if (result !== undefined) return <output id="result">{JSON.stringify(result)}</output>;
  return <p aria-busy="true">{partial || loading || "…"}</p>;
}

function App() {
  const [text, setText] = useState("This sentence is gone before its translation is there, as one that is typed.");
  useEffect(() => {
    const timer = setTimeout(setText, 20, "Where is the train station?");
    return () => clearTimeout(timer);
  }, []);
  return <Translation text={text} />;
}

createRoot(document.querySelector("#root")).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
