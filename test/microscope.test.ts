// The translator that ships, and SmolLM2-135M-Instruct where QKV_SMOLLM names its folder: numbers equal to Python's.
//   QKV_SMOLLM=FOLDER pnpm test test/microscope.test.ts
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import {
  activationPatching,
  headScores,
  type LogitLens,
  logitLens,
  normalizedGrid,
  strongestHeads,
} from "@qkv/microscope";
import { loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { expectClose } from "@qkv/testing";
import { llama, marian } from "@qkv/transformer";
import { beforeAll, expect, test, vi } from "vitest";
import { EXAMPLES } from "./examples.ts";
import { ROOT } from "./workspace.ts";

interface Expected {
  readonly repeated: readonly number[];
  readonly heads: {
    readonly previousToken: readonly (readonly number[])[];
    readonly induction: readonly (readonly number[])[];
  };
  readonly ids: readonly [base: readonly number[], source: readonly number[]];
  readonly answers: readonly number[];
  readonly patch: readonly number[];
  readonly lens: { readonly tokens: readonly number[]; readonly probabilities: readonly number[] };
}

interface Ids {
  readonly ids: readonly number[];
}

const { QKV_SMOLLM: folder } = process.env;
const expectedOf = (name: string) =>
  JSON.parse(readFileSync(join(ROOT, `packages/microscope/test/golden/${name}.json`), "utf8")) as Expected;

beforeAll(() => initBackend("wasm"));

test("the shipped translator: kinds of heads, a patch that moves the answer, a lens", async () => {
  const expected = expectedOf("shipped");
  const { model } = await loadPretrained(modelFolder(join(ROOT, "models/en-fr")), { families: [marian] });
  const decoderIds = [2, 585]; // <pad>, Le
  const { scores } = await headScores(model, { ids: expected.repeated, decoderIds }, { side: "encoder" });
  await expectClose(scores.previousToken, expected.heads.previousToken.flat(), { atol: 1e-4 });
  await expectClose(scores.induction, expected.heads.induction.flat(), { atol: 1e-4 });
  const [base, source] = expected.ids.map((ids) => ({ ids, decoderIds })) as unknown as readonly [Ids, Ids];
  const pair = { base, source, answer: { token: 1599, against: 2404 } };
  const grid = await activationPatching(model, pair, { side: "encoder" });
  await expectClose(grid.values, expected.patch, { atol: 1e-4 });
  await expectClose([grid.base, grid.source], expected.answers, { atol: 1e-4 });
  expect(normalizedGrid(grid)[1]).toBeCloseTo(1, 5); // before the first layer only the word itself differs
  await expectLens(await logitLens(model, base, { top: 1 }), expected);
  model.dispose();
});

test.skipIf(folder === undefined)(
  "SmolLM2: an induction head, a patch that moves the answer, a lens",
  { timeout: 600_000 },
  async () => {
    const expected = expectedOf("smollm");
    const { model } = await loadPretrained(modelFolder(folder ?? ""), { families: [llama] });
    const found = await headScores(model, { ids: expected.repeated });
    await expectClose(found.scores.induction, expected.heads.induction.flat(), { atol: 1e-4 });
    await expectClose(found.scores.previousToken, expected.heads.previousToken.flat(), { atol: 1e-4 });
    expect(strongestHeads(found, "induction", 1)).toMatchObject([{ layer: 18, head: 6 }]);
    const [base, source] = expected.ids.map((ids) => ({ ids })) as unknown as readonly [Ids, Ids];
    const pair = { base, source, answer: { token: 7042, against: 7268 } }; // Paris, Rome
    const grid = await activationPatching(model, pair);
    await expectClose(grid.values, expected.patch, { atol: 2e-3 });
    await expectClose([grid.base, grid.source], expected.answers, { atol: 2e-3 });
    await expectLens(await logitLens(model, base, { top: 1 }), expected);
    model.dispose();
  },
);

test.skipIf(folder === undefined)(
  "the guide's program prints those numbers, and draws",
  { timeout: 600_000 },
  async () => {
    const pictures = mkdtempSync(join(tmpdir(), "qkv-microscope-"));
    vi.stubEnv("QKV_PICTURES", pictures);
    const printed: string[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((...args) => void printed.push(args.join(" ")));
    await import(join(ROOT, "examples/guides/microscope.ts"));
    log.mockRestore();
    vi.unstubAllEnvs();
    expect(printed.join("\n")).toMatch(EXAMPLES["guides/microscope.ts"]?.prints ?? /^$/);
    expect(readdirSync(pictures).sort()).toEqual(["microscope-lens.svg", "microscope-patches.svg"]);
    rmSync(pictures, { recursive: true });
  },
);

/** At the last position. */
async function expectLens({ rows, columns, tokens, probabilities }: LogitLens, { lens }: Expected): Promise<void> {
  const last = (values: ArrayLike<number>) =>
    Array.from({ length: rows }, (_, row) => values[(row + 1) * columns - 1] ?? NaN);
  expect(last(tokens)).toEqual(lens.tokens);
  await expectClose(last(probabilities), lens.probabilities, { atol: 1e-3 });
}
