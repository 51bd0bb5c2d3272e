import { resultOf } from "../../test/browser/chromium.ts";

/** What every project translates. */
export const TEXT = "Where is the train station?";

/** What is wrong with what a server's address answers to `text`. */
export async function answerFailures(address, text) {
  const url = new URL(address);
  url.searchParams.set("text", text);
  const response = await fetch(url);
  const body = await response.text();
  return response.ok
    ? wrongIn(JSON.parse(body))
    : [`${url.pathname}: expected an answer, got ${response.status} ${body}`];
}

/** What is wrong with what a page shows, and with what it says in the console. */
export async function pageFailures(browser, address) {
  const { result, printed } = await resultOf(browser, address);
  const warnings = printed.filter((line) => /plain JavaScript|Content Security Policy/.test(line));
  return [...wrongIn(result), ...warnings];
}

function wrongIn(result) {
  const { backend, translation, threadsFallbackReason } = result;
  const isRight = backend === "wasm" && /^Où est la gare\s\?$/.test(translation) && threadsFallbackReason === undefined;
  return isRight ? [] : [`expected wasm and the translation, got ${JSON.stringify(result)}`];
}
