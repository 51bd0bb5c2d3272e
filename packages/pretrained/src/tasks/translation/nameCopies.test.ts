import { expect, test } from "vitest";
import { targetOfTokens } from "../../../test/targetOfTokens.ts";
import { namesOf } from "./nameCopies.ts";
import { VerbatimCopies } from "./verbatimCopies.ts";

// A vocabulary of letters, with a few longer tokens; a space is ▁.
const TOKENS = ["</s>", "▁", "▁Ph", "oen", "oix", "▁Lon", "dres", "don", "s", ".", ..."oenixadtr"];
const target = targetOfTokens(TOKENS);

/** The probabilities of the next token, of those that a model gives it; the others share the rest. */
function probabilities(
  source: string,
  written: string,
  model: Readonly<Record<string, number>>,
): (token: string) => number {
  const rest = 1 - Object.values(model).reduce((sum, p) => sum + p, 0);
  const others = TOKENS.length - Object.keys(model).length;
  const scores = Float32Array.from(TOKENS, (token) => Math.log(model[token] ?? rest / others));
  const ids = written.split(" ").map((token) => TOKENS.indexOf(token));
  new VerbatimCopies(target, { nameBias: 3 }).processor([source])?.(scores, ids, 0);
  expect(scores.reduce((sum, score) => sum + Math.exp(score), 0)).toBeCloseTo(1, 5);
  return (token) => Math.exp(scores[TOKENS.indexOf(token)] ?? NaN);
}

test("names are a sentence's words with a capital, but for the first", () => {
  expect(namesOf("Did Anna-Maria and O'Brien see IBM, Al or Zoë?")).toEqual(["Anna-Maria", "Brien", "Zoë"]);
  expect(namesOf("Phoenix is far.")).toEqual([]);
});

test("a name that is begun goes on as in the source, where the model is not sure", () => {
  const next = probabilities("We are in Phoenix.", "▁Ph", { oix: 0.6, oen: 0.3 });
  expect(next("oen")).toBeGreaterThan(0.8);
});

test("a name of another sentence of the batch has no effect", () => {
  const scores = Float32Array.from(TOKENS, () => -Math.log(TOKENS.length));
  const copies = new VerbatimCopies(target, { nameBias: 3 });
  copies.processor(["We are in London.", "We are in Phoenix."])?.(scores, [TOKENS.indexOf("▁Ph")], 0);
  expect(new Set(scores).size).toBe(1);
});

test("ends where it ends", () => {
  const next = probabilities("We are in London.", "▁Lon don", { s: 0.6, ".": 0.3 });
  expect(next(".")).toBeGreaterThan(0.8);
});

test("leaves a model that is sure to its own spelling", () => {
  const next = probabilities("We are in London.", "▁Lon", { dres: 0.99, don: 0.005 });
  expect(next("dres")).toBeGreaterThan(0.85);
});

test("changes nothing behind another word, and without a bias", () => {
  const next = probabilities("We are in London.", "▁Ph", { oix: 0.6, oen: 0.3 });
  expect(next("oix")).toBeCloseTo(0.6, 5);
  expect(new VerbatimCopies(target).processor(["We are in London."])).toBeUndefined();
});
