// apps/translate: where the model looked, from all sides, and what becomes of the translation without some of it.
import { readFileSync } from "node:fs";
import { initBackend } from "@qkv/backend";
import { expect, test } from "vitest";
import { appPages, describeInBrowser } from "./appPages.ts";
import { twoVocabularies } from "../../apps/cli/test/twoVocabularies.ts";
import { drop, openModel, press, translate } from "./translatePage.ts";

describeInBrowser("apps/translate and its attention", () => {
  const pages = appPages();
  const open = pages.openTranslate;

  test("what has no letter stays as it is, and is no sentence to look at", async () => {
    const { page, printed } = await open();
    const text = await translate(page, "...\n42\nI love you.\n\u{1f600}");
    expect(text.trim()).toBe("...\n42\nJe t'aime.\n\u{1f600}");
    const sentences = page.locator(".translation .sentence");
    expect(await sentences.count()).toBe(1);
    expect(await sentences.first().getAttribute("tabindex")).toBe("0");
    expect(printed).toEqual([]);
    await page.close();
  });

  test("names each language's tokens in its own vocabulary", async () => {
    const { page, printed } = await open();
    await initBackend("cpu");
    await drop(page, await twoVocabularies());
    await openModel(page, "config.json");
    await translate(page, "the cat sat on the 漢字 mat");
    await page.locator(".sentence").first().click();
    const view = page.locator("qkv-attention");
    await view.locator("line").first().waitFor({ state: "attached" });
    const { source, target } = await view.evaluate(
      (element) => (element as unknown as { record: Record<"source" | "target", string[]> }).record,
    );
    expect(source).toEqual(expect.arrayContaining(["the", "cat", "漢字"]));
    for (const label of [...source, ...target]) expect(label).not.toMatch(/▁./);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("looks at every kind of attention, and a head or a token that is off changes the translation", async () => {
    const { page, printed } = await open();
    const before = (await translate(page, "A small dog is running through the snow.")).trim();
    await page.locator(".sentence").first().click();
    const view = page.locator("qkv-attention");
    const pick = (label: string, value: string) => view.getByLabel(label, { exact: true }).selectOption(value);
    await view.locator("line").first().waitFor({ state: "attached" });
    for (const kind of ["encoder", "decoder", "cross"]) {
      await pick("Attention", kind);
      for (const layer of ["rollout", "mean", "1"]) {
        await pick("Layer", layer);
        expect(await view.locator(".picture line").count()).toBeGreaterThan(5);
      }
      await pick("View", "matrix");
      for (const stage of ["scores", "masked", "weights"]) {
        await pick("Values", stage);
        expect(await view.locator(".picture rect.cell").count()).toBeGreaterThan(50);
      }
      await pick("View", "lines");
    }
    const all = await view.locator(".picture line").count();
    await pick("Of each row", "1");
    expect(await view.locator(".picture line").count()).toBeLessThan(all);
    await pick("Hold on to", "query 1");
    expect(await view.locator(".picture line:not(.dim)").count()).toBe(1);
    await view.getByText("In words").click();
    expect(await view.locator(".words li").first().textContent()).toMatch(/looks at .+\(\d\.\d\d\)/);
    await view.getByText("It is not an explanation").waitFor();

    await pick("View", "model");
    await view.locator('[data-layer="0"][data-head="1"] .frame').click({ position: { x: 3, y: 3 } });
    await press(page, "Switch this head off");
    const ablated = page.getByTestId("ablated");
    await ablated.waitFor();
    await press(page, "Switch all on again");
    await view.getByRole("group", { name: "Switch source tokens off" }).getByRole("button", { name: "snow" }).click();
    await expect.poll(() => ablated.locator("ins").count()).toBeGreaterThan(0);
    expect(await ablated.locator("del").count()).toBeGreaterThan(0);
    expect(await ablated.evaluate((element) => element.textContent)).not.toBe(before);

    await pick("View", "lines");
    const saved = async (name: string) => {
      const [download] = await Promise.all([page.waitForEvent("download"), press(page, name)]);
      return readFileSync(await download.path());
    };
    const svg = (await saved("SVG")).toString();
    const png = await saved("PNG");
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    // They open anywhere: in a page of nobody's, with ink on white paper.
    const paper = await pages.browser.newPage();
    const seen = await paper.evaluate(
      async ([svg = "", png = ""]) => {
        const drawn = new DOMParser().parseFromString(svg, "image/svg+xml");
        const image = new Image();
        image.src = png;
        await image.decode();
        const context = Object.assign(document.createElement("canvas"), {
          width: image.width,
          height: image.height,
        }).getContext("2d");
        context?.drawImage(image, 0, 0);
        const [red, green, blue] = context?.getImageData(1, 1, 1, 1).data ?? [];
        return {
          lines: drawn.querySelectorAll("line").length,
          errors: drawn.querySelectorAll("parsererror").length,
          corner: [red, green, blue],
        };
      },
      [svg, `data:image/png;base64,${png.toString("base64")}`],
    );
    expect(seen).toEqual({ lines: expect.any(Number) as number, errors: 0, corner: [255, 255, 255] });
    expect(seen.lines).toBeGreaterThan(5);
    await paper.close();
    const json = JSON.parse((await saved("JSON")).toString()) as { cross: { shape: number[]; weights: number[] } };
    expect(json.cross.weights).toHaveLength(json.cross.shape.reduce((product, size) => product * size, 1));
    expect(printed).toEqual([]);
    await page.close();
  });

  test("every head of a kind switched off changes what comes out", async () => {
    const { page } = await open();
    await translate(page, "I love you.");
    await page.locator(".sentence").first().click();
    const view = page.locator("qkv-attention");
    await view.locator("line").first().waitFor({ state: "attached" });
    const [layers = 0, heads = 0] = await view.evaluate(
      (element) => (element as unknown as { record: { cross: { shape: number[] } } }).record.cross.shape,
    );
    for (let layer = 0; layer < layers; layer++) {
      for (let head = 0; head < heads; head++) {
        await view.evaluate((element, detail) => element.dispatchEvent(new CustomEvent("headtoggle", { detail })), {
          ...{ kind: "cross", layer, head },
        });
      }
    }
    await expect.poll(() => page.getByTestId("ablated").locator("del").count(), { timeout: 20_000 }).toBeGreaterThan(0);
    await page.close();
  });
});
