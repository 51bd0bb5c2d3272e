"use client";

import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained } from "@qkv/pretrained";
import { useEffect, useState } from "react";

async function translate(text) {
  const { name, refused } = await initBackend();
  const translator = createTranslator(await loadPretrained(`${location.origin}/models/en-fr`));
  const { translation } = await translator.translate(text);
  return { backend: name, refused, translation };
}

export function Translation({ text }) {
  const [result, setResult] = useState();
  useEffect(() => {
    translate(text).then(setResult, (error) => setResult({ error: String(error) }));
  }, [text]);
  return result === undefined ? <p>…</p> : <output id="result">{JSON.stringify(result)}</output>;
}
