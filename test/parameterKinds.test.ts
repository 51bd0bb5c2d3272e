// Kinds pick the parameters that recipes pick by name: weight decay for matrices, and not for norms, biases and tables.
import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { beforeAll, describe, expect, test } from "vitest";
import { type Run, SMALL_MODELS } from "./smallModels.ts";

beforeAll(() => initBackend("cpu"));

// As nanoGPT, timm and fairseq tell them by name; BERT counts token types as tokens.
const isTable = (name: string) =>
  /(^|\.)(shared|embedding|positions|midPositions|tokens|tokenTypes|probe)(\.|$)|token(s?)$/i.test(name);
const isNormOrBias = (name: string) => /(^|\.)bias$|norm[^.]*\.[^.]+$|Bias$/i.test(name);
// Names alone do not tell these: timm, DINOv2, Swin and CLIP each list theirs as exceptions from weight decay.
const isException = (name: string) =>
  /[pP]ositionBias(?:es\.\d+)?\.weight$|Branch\.scale\.weight$|^logitScale$/.test(name);

describe.each(SMALL_MODELS)("%s", (_, build) => {
  test("matrices are what is decayed by name, and have rows and columns", () => {
    using scope = parametersOf(build);
    const { params } = scope;
    const byName = [...params.named().keys()].filter((name) => !isNormOrBias(name) && !isTable(name));
    const matrices = params.named("matrix");
    expect([...matrices.keys()]).toEqual(byName.filter((name) => !isException(name)));
    expect([...matrices.values()].filter(({ rank }) => rank < 2)).toEqual([]);
  });

  test("tables, norms and biases are what names say", () => {
    using scope = parametersOf(build);
    const { params } = scope;
    const names = [...params.named().keys()];
    expect([...params.named("embedding").keys()]).toEqual(names.filter((name) => isTable(name)));
    const scales = [...params.named("scale").keys()];
    expect(scales).toEqual(names.filter((name) => /Branch\.scale\.weight$|^logitScale$/.test(name)));
    for (const [name, kind] of params.kinds()) {
      if (kind === "norm") expect(name).toMatch(/norm\.weight$/i);
      if (kind === "bias") expect(name).toMatch(/(^|\.)bias$|Bias$|[pP]ositionBias(?:es\.\d+)?\.weight$/);
      if (kind === "buffer") expect(name).toBe("finalLogitsBias");
    }
  });
});

function parametersOf(build: (params: Params) => Run): { readonly params: Params } & Disposable {
  const params = Params.initialized();
  build(params);
  return { params, [Symbol.dispose]: () => params.dispose() };
}
