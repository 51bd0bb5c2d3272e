// apps/microscope as it is built, in Chromium: what it shows is what the library computes, in both languages and by keys.
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import { activationPatching, headScores, logitAttribution, recordActivations, strongestHeads } from "@qkv/microscope";
import { loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { marian } from "@qkv/transformer";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { axeViolations } from "./appPage.ts";
import { appPages, describeInBrowser } from "./appPages.ts";
import { focused, tabTo } from "./keyboard.ts";
import { idle, look, view } from "./microscopePage.ts";
import { writerFolder } from "./tinyTextFolders.ts";
import { drop } from "./translatePage.ts";

/** As the page has it, in 8 bits. */
const SHIPPED = fileURLToPath(new URL("../../apps/microscope/dist/models/en-fr", import.meta.url));
const VIEWS = ["heads", "flow", "lens", "attribution", "patching", "ablation"];

/** The first number of a sentence. */
async function numberIn(page: Page, id: string): Promise<number> {
  const text = await page.getByTestId(id).innerText();
  return Number(/-?\d+\.\d+/.exec(text)?.[0]);
}

describeInBrowser("apps/microscope in Chromium", () => {
  const pages = appPages();

  test("shows of the shipped translator what the library computes, and asks no other host", async () => {
    const { page, printed, responses } = await pages.openMicroscope();
    await initBackend("wasm");
    const { model, tokenizer } = await loadPretrained(modelFolder(SHIPPED), { families: [marian] });
    if (tokenizer === undefined) throw new Error("expected a tokenizer");
    const decoderIds = [model.generation.decoderStartTokenId, tokenizer.tokenToId("ĠLe") ?? NaN];
    const [cat, dog] = ["The cat is black.", "The dog is black."].map((text) => ({
      ...{ ids: tokenizer.encode(text).ids, decoderIds },
    })) as [{ ids: number[]; decoderIds: number[] }, { ids: number[]; decoderIds: number[] }];
    const token = tokenizer.tokenToId("Ġchien") ?? NaN;
    const against = tokenizer.tokenToId("Ġchat") ?? NaN;

    expect(await page.locator(".answers .bar-label").first().innerText()).toBe("chat");
    await view(page, "heads");
    const [best] = strongestHeads(await headScores(model, cat, { side: "encoder" }), "previousToken");
    expect(await page.getByTestId("strongest").innerText()).toBe(
      `Strongest: layer ${best?.layer}, head ${best?.head}, ${best?.score.toFixed(2)} of its weight.`,
    );
    await page.getByRole("button", { name: "Show it" }).click();
    const shown = () =>
      page.locator("qkv-attention").evaluate((element) => (element as unknown as { choice: object }).choice);
    expect(await shown()).toMatchObject({ kind: "encoder", layer: best?.layer, head: best?.head });

    await view(page, "flow");
    await page.locator(".stage", { hasText: "Encoder: Layer 2" }).click();
    await page.locator(".stage", { hasText: "Softmax" }).click();
    await page.getByLabel("Head", { exact: true }).fill("1");
    await idle(page);
    const path = "encoder.layers.2.selfAttn.probabilities";
    const { values } = (await recordActivations(model, cat, [path])).get(path);
    const size = cat.ids.length ** 2;
    const told = await page.locator(".drawn .cell title").allTextContents();
    expect(told).toHaveLength(size);
    for (const [i, cell] of told.entries())
      expect(Number(cell.split(": ").at(-1))).toBeCloseTo(values[size + i] ?? NaN, 3);
    expect(await page.locator(".made code").innerText()).toBe("softmaxOfVisible(maskedScores, visible, emptyRows)");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.locator(".stage", { hasText: "Logits" }).waitFor();

    await view(page, "attribution");
    const { total } = await logitAttribution(model, cat, { token: against });
    expect(await numberIn(page, "total")).toBeCloseTo(total, 1);

    await view(page, "patching");
    const grid = await activationPatching(
      model,
      { base: cat, source: dog, answer: { token, against } },
      { side: "encoder" },
    );
    expect(await page.getByTestId("pair").innerText()).toContain("the logit of chien less that of chat");
    expect(await numberIn(page, "pair")).toBeCloseTo(grid.base, 1);
    const cell = page.locator(".drawn .cell").nth(1); // before the first layer, the dog's vector in the cat's place
    expect(await cell.locator("title").textContent()).toMatch(/^Layer 0, .*cat ← .*dog: 1\.000$/);
    model.dispose();

    await view(page, "ablation");
    expect(await numberIn(page, "divergence")).toBeGreaterThan(0);
    expect(responses.map((response) => new URL(response.url()).origin)).toEqual(responses.map(() => pages.origin));
    expect(printed).toEqual([]);
    await page.close();
  });

  test("every view by keys alone, in Korean, dark, at 360 px", async () => {
    const { page, printed } = await pages.openMicroscope({
      ...{ locale: "ko", colorScheme: "dark", viewport: { width: 360, height: 740 } },
    });
    await tabTo(page, "문장");
    await tabTo(page, "보기");
    await page.keyboard.press("Enter");
    await page.locator("button.main:enabled").waitFor();
    await tabTo(page, "헤드");
    for (const name of VIEWS) {
      await idle(page);
      expect(await page.locator(".views > .choice input:checked").getAttribute("value")).toBe(name);
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      await page.keyboard.press("ArrowRight");
    }
    expect(await focused(page)).toBe("헤드"); // round to the first
    expect(printed).toEqual([]);
    await page.close();
  });

  test("says in a sentence what it cannot show, and loses nothing", async () => {
    const { page } = await pages.openMicroscope();
    const tokens = () => page.locator(".tokens").first().innerText();
    const before = await tokens();
    for (const [text, sentence] of [
      ["  ", "There are no tokens in this text"],
      ["word ".repeat(10_000), "at most 128 can be looked at here"],
    ] as const) {
      await look(page, text);
      expect(await page.getByTestId("refused").innerText()).toContain(sentence);
      expect(await tokens()).toBe(before);
    }
    await look(page, "القطة سوداء والكلب أبيض");
    expect(await page.getByTestId("refused").count()).toBe(0);
    expect(await tokens()).not.toBe(before);
    await view(page, "patching");
    expect(await page.getByTestId("unpaired").innerText()).toMatch(/both texts need as many tokens: the first has \d+/);

    const config = new TextEncoder().encode(JSON.stringify({ model_type: "vit" })); // its blocks read patches, not tokens
    await drop(page, new Map([["config.json", config]]));
    await page.getByText("The previous one is still open.").waitFor();
    await look(page, "The cat is black.");
    expect(await tokens()).toBe(before);

    await drop(page, await writerFolder()); // a decoder: one stack, and its own text
    await page.getByText("decoder", { exact: false }).first().waitFor({ state: "detached" });
    await view(page, "heads");
    await page.getByRole("radio", { name: "Random tokens, twice" }).check({ force: true });
    await page.getByRole("radio", { name: "Induction" }).check({ force: true });
    await idle(page);
    expect(await page.getByTestId("strongest").innerText()).toMatch(/^Strongest: layer [01], head [0-3]/);
    await view(page, "lens");
    expect(await page.locator(".drawn text").count()).toBeGreaterThan(0);
    await page.close();
  });
});
