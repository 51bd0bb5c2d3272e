// apps/microscope with SmolLM2-135M-Instruct, whose folder QKV_SMOLLM names: what it shows equals Python's numbers.
//   QKV_SMOLLM=FOLDER pnpm test:browser test/browser/microscopeLarge.test.ts
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { appPages, describeInBrowser } from "./appPages.ts";
import { idle, view } from "./microscopePage.ts";

interface Expected {
  readonly page: { readonly heads: Readonly<Record<"previousToken" | "induction", readonly (readonly number[])[]>> };
  readonly answers: readonly [base: number, source: number];
  readonly patch: readonly number[];
  readonly lens: { readonly tokens: readonly number[]; readonly probabilities: readonly number[] };
}

interface Vocabulary {
  readonly model: { readonly vocab: Readonly<Record<string, number>> };
}

const { QKV_SMOLLM: folder } = process.env;
const GOLDEN = new URL("../../packages/microscope/test/golden/smollm.json", import.meta.url);

describeInBrowser("apps/microscope with a real language model", () => {
  const pages = appPages();

  test.skipIf(folder === undefined)(
    "finds its induction head, where the country is, and when the answer comes up",
    { timeout: 1_200_000 },
    async () => {
      const expected = JSON.parse(readFileSync(GOLDEN, "utf8")) as Expected;
      const { page, printed, responses } = await pages.openMicroscope();
      const seconds: Record<string, number> = {};
      const timed = async (what: string, doing: () => Promise<unknown>) => {
        const start = performance.now();
        await doing();
        seconds[what] = Math.round(performance.now() - start) / 1000;
      };
      await timed("open", () => openFolder(page));
      expect(await page.locator(".answers .bar-label").first().innerText()).toBe("␣Rome");

      await view(page, "heads");
      await page.getByRole("radio", { name: "Random tokens, twice" }).check({ force: true });
      await page.getByRole("radio", { name: "Induction" }).check({ force: true });
      await timed("heads", () => idle(page));
      const scores = expected.page.heads.induction;
      const cells = await page.locator(".views .drawn").first().locator(".cell title").allTextContents();
      expectNear(cells.map(lastNumber), scores.flat(), 1e-3);
      const best = Math.max(...scores.flat());
      const layer = scores.findIndex((row) => row.includes(best));
      expect(await page.getByTestId("strongest").innerText()).toBe(
        `Strongest: layer ${layer}, head ${scores[layer]?.indexOf(best)}, ${best.toFixed(2)} of its weight.`,
      );

      await timed("patching", () => view(page, "patching"));
      const told = await page.getByTestId("pair").innerText();
      expect(told).toContain("the logit of ␣Paris less that of ␣Rome");
      expectNear(Array.from(told.matchAll(/-?\d+\.\d+/g), Number), expected.answers, 6e-3);
      const [base, source] = expected.answers;
      const patches = await page.locator(".drawn .cell title").allTextContents();
      expectNear(
        patches.map(lastNumber),
        expected.patch.map((value) => (value - base) / (source - base)),
        1e-3,
      );
      expect(patches[3]).toMatch(/^Layer 0, ␣Italy ← ␣France: 1\.000$/);

      await timed("lens", () => view(page, "lens"));
      const { model } = JSON.parse(readFileSync(join(folder ?? "", "tokenizer.json"), "utf8")) as Vocabulary;
      const tokens = new Map(Object.entries(model.vocab).map(([token, id]) => [id, token.replaceAll("Ġ", "␣")]));
      const lens = await page.locator(".drawn .cell title").allTextContents();
      const rows = expected.lens.tokens.length;
      const last = lens.filter((_, i) => (i + 1) % (lens.length / rows) === 0);
      expectNear(last.map(lastNumber), expected.lens.probabilities, 1e-3);
      const named = last.map((title) => /: (.*) [\d.]+$/.exec(title)?.[1]);
      expect(named).toEqual(expected.lens.tokens.map((id) => tokens.get(id)));
      expect(named.at(-1)).toBe("␣Rome");
      for (const name of ["attribution", "ablation", "flow"]) await timed(name, () => view(page, name));
      process.stderr.write(`${JSON.stringify(seconds)}\n`);
      expect(responses.map((response) => new URL(response.url()).origin)).toEqual(responses.map(() => pages.origin));
      expect(printed).toEqual([]);
      await page.close();
    },
  );
});

async function openFolder(page: Page): Promise<void> {
  await page.locator(".model-picker summary").click();
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: "Open a folder …" }).click(),
  ]);
  await chooser.setFiles(folder ?? "");
  await page.locator('.model-picker[aria-busy="false"] summary', { hasText: /SmolLM2/ }).waitFor({ timeout: 300_000 });
  await page.locator(".answers .bar-label", { hasText: "Rome" }).waitFor({ timeout: 300_000 });
}

function lastNumber(text: string): number {
  return Number(/-?[\d.]+$/.exec(text)?.[0]);
}

/** Numbers, each as near as a page that rounds them can be. */
function expectNear(found: readonly number[], expected: readonly number[], by: number): void {
  expect(found).toHaveLength(expected.length);
  expect(Math.max(...found.map((value, i) => Math.abs(value - (expected[i] ?? NaN))))).toBeLessThan(by);
}
