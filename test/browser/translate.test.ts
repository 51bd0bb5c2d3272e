// apps/translate as it is built, served from a folder of a plain server, in Chromium.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppPage, axeViolations, longestTaskWhileOpening, openApp, withoutIsolation } from "./appPage.ts";
import { launchChromium } from "./chromium.ts";
import { type FolderServer, serve } from "./server.ts";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const MARIAN = at("packages/pretrained/test/golden/float32");
const CLASSIFIER = at("packages/pretrained/test/golden/classifier");

const TEXT = "Where is the train station?\n\nA dog runs through the snow. I love you.\n";

describe.skipIf(process.env["QKV_TEST_BROWSER"] === undefined)("apps/translate in Chromium", () => {
  let server: FolderServer;
  let browser: Browser;

  beforeAll(async () => {
    server = await serve({ translate: at("apps/translate/dist") });
    browser = await launchChromium("--enable-unsafe-webgpu");
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** Opens the page and waits for its model. */
  function open(options: BrowserContextOptions = {}, before?: (page: Page) => Promise<unknown>): Promise<AppPage> {
    const ready = (page: Page) => page.locator(".model-picker summary", { hasText: "English → French" });
    return openApp(browser, `${server.origin}/translate/index.html`, ready, options, before);
  }

  const box = (page: Page) => page.getByRole("textbox", { name: "Text to translate" });
  const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
  const idle = (page: Page) => page.locator('.translation[aria-busy="false"]').waitFor({ timeout: 120_000 });
  const shown = (page: Page) => page.locator(".translation").evaluate((element) => element.textContent);

  async function translate(page: Page, text: string): Promise<string> {
    await box(page).fill(text);
    await press(page, "Translate");
    await page.locator(".translation .sentence").first().waitFor({ timeout: 120_000 });
    await idle(page);
    return shown(page);
  }

  test("translates as the program does within 3 s, asks no other host, and downloads at most 400 kB", async () => {
    const { page, printed, responses } = await open();
    const start = performance.now();
    await box(page).fill(TEXT);
    await press(page, "Translate");
    await page.locator(".sentence").first().waitFor();
    expect(performance.now() - start).toBeLessThan(3000);
    await idle(page);

    await initBackend("wasm");
    const pretrained = await loadPretrained(modelFolder(at("models/en-fr")));
    const expected = await createTranslator(pretrained, { locale: "en" }).translate(TEXT, { beams: 4 });
    expect(await shown(page)).toBe(expected.translation);
    await page.locator(".sentence").nth(1).click();
    const tokens = await recordOf(page, "target");
    const [, second = []] = sentencesOf(expected.tokens.target);
    const plain = (token: string) => {
      const { tokenizer } = pretrained;
      const text = tokenizer?.decode([tokenizer.tokenToId(token) ?? 0], { skipSpecialTokens: false }).trim() ?? "";
      return text === "" || text.includes("\ufffd") ? token : text;
    };
    expect(tokens).toEqual(second.map(plain));
    pretrained.model.dispose();

    expect(responses.map((response) => new URL(response.url()).origin)).toEqual(responses.map(() => server.origin));
    const program = responses.filter((response) => !response.url().includes("/models/"));
    const sizes = await Promise.all(program.map(async (response) => gzipSync(await response.body()).length));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(400_000);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("does not block the page for 50 ms while it opens", async () => {
    expect(await longestTaskWhileOpening(browser, open)).toBeLessThan(50);
  });

  test("stops a text of 20,000 characters, goes on, and never blocks the page for 50 ms", async () => {
    const { page, printed, blocked } = await open();
    const paragraph = "The dog is cold. Where is my book? I do not know.\n\n";
    const text = paragraph.repeat(Math.ceil(20_000 / paragraph.length));
    await page.locator("summary", { hasText: "Search" }).click();
    await page.locator(".sliders input").first().fill("1");
    await box(page).fill(text);
    await page.evaluate(() => (globalThis.blockedFor.length = 0)); // filling is the browser's
    await press(page, "Translate");
    await page.locator(".partial").first().waitFor();
    await page.locator(".sentence").nth(30).waitFor();
    await press(page, "Stop");
    await idle(page);
    const kept = await page.locator(".sentence").count();
    const sentences = 3 * (text.length / paragraph.length);
    expect(kept).toBeGreaterThan(30);
    expect(kept).toBeLessThan(sentences);
    expect(await box(page).inputValue()).toBe(text);
    await press(page, "Go on");
    await page
      .locator(".sentence")
      .nth(kept + 5)
      .waitFor();
    await idle(page);
    expect(await page.locator(".sentence").count()).toBe(sentences);
    const paragraphs = (await shown(page)).trim().split("\n\n");
    expect(paragraphs).toHaveLength(sentences / 3);
    expect(new Set(paragraphs).size).toBe(1);
    expect((await blocked()).filter((ms) => ms > 50)).toEqual([]);
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
    await view.locator('[data-layer="0"][data-head="1"] .frame').click();
    await press(page, "Switch this head off");
    const ablated = page.getByTestId("ablated");
    await ablated.waitFor();
    await press(page, "Switch all on again");
    await view.getByRole("group", { name: "Switch source tokens off" }).getByRole("button", { name: "dog" }).click();
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
    const paper = await browser.newPage();
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

  test("leaves no tensor behind in 100 translations", async () => {
    const { page, printed } = await open();
    await page.locator(".backend-panel summary").click();
    const tensors = () => page.getByTestId("tensors").textContent();
    await translate(page, "Dog.");
    const before = await tensors();
    for (let i = 0; i < 100; i++) await translate(page, `Dog ${i}.`);
    expect(await tensors()).toBe(before);
    expect(printed).toEqual([]);
    await page.close();
  }, 240_000);

  test("computes on WebGPU when asked, and says what it computes with", async () => {
    const { page } = await open();
    await page.locator(".backend-panel summary").click();
    await page.getByRole("radio", { name: "WebGPU" }).check({ force: true });
    await page.locator(".backend-panel summary", { hasText: "WebGPU" }).waitFor({ timeout: 60_000 });
    expect((await translate(page, "I love you.")).trim()).toBe("Je t'aime.");
    await page.close();
  }, 180_000);

  test("opens a dropped folder, and keeps the model it has when the folder is another family's", async () => {
    const { page, printed } = await open();
    await page.locator(".model-picker summary").click();
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), press(page, "Open a folder …")]);
    await chooser.setFiles(CLASSIFIER);
    await page.getByRole("alert").filter({ hasText: "expected a model_type of marian" }).waitFor();
    expect((await translate(page, "I love you.")).trim()).toBe("Je t'aime.");
    await drop(page, MARIAN, ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"]);
    await page.locator(".model-picker summary", { hasText: "config.json" }).waitFor();
    await translate(page, "A dog runs.");
    expect(printed).toEqual([]);
    await page.close();
  });

  test("takes whatever is written as text: HTML, emoji, right to left, empty lines, a megabyte", async () => {
    const { page, printed } = await open();
    const text = '<img src=x onerror="document.title=1"> <b>Dog</b>\n\n\n🐕‍🦺 مرحبا dog.\n';
    const made = await translate(page, text);
    expect(await page.locator(".translation img, .translation b").count()).toBe(0);
    expect(made.match(/\n/g)).toHaveLength(4);
    const megabyte = "The dog is cold. ".repeat(60_000);
    await box(page).fill(megabyte);
    await press(page, "Translate");
    await page.locator(".sentence").first().waitFor({ timeout: 60_000 });
    await press(page, "Stop");
    await idle(page);
    expect(await box(page).inputValue()).toBe(megabyte);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("keeps a history that can be cleared, and works where storage is denied", async () => {
    const { page } = await open();
    await translate(page, "I love you.");
    await page.locator("summary", { hasText: "History" }).click();
    await page.reload();
    await page.locator("summary", { hasText: "History" }).click();
    await page.locator(".history button").first().click();
    expect(await box(page).inputValue()).toBe("I love you.");
    await press(page, "Clear history");
    expect(await page.evaluate(() => localStorage.getItem("qkv.translate.history"))).toBeNull();
    await page.close();

    const denied = await open({}, (page) =>
      page.addInitScript(() => {
        Object.defineProperty(globalThis, "localStorage", {
          get: () => {
            throw new DOMException("denied", "SecurityError");
          },
        });
      }),
    );
    expect((await translate(denied.page, "I love you.")).trim()).toBe("Je t'aime.");
    expect(denied.printed).toEqual([]);
    await denied.page.close();
  });

  test.each(["light", "dark"] as const)("has nothing for axe to find at 360 px, in %s", async (colorScheme) => {
    const { page } = await open({ viewport: { width: 360, height: 740 }, colorScheme });
    await translate(page, TEXT);
    await page.locator(".sentence").first().click();
    await page.locator("qkv-attention line").first().waitFor({ state: "attached" });
    for (const summary of await page.locator("details.panel > summary").all()) await summary.click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await axeViolations(page)).toEqual([]);
    await page.close();
  });

  test("says how to serve it where memory may not be shared, and works", async () => {
    const { page, printed } = await open({}, withoutIsolation);
    await page.getByText("let the server send Cross-Origin-Opener-Policy").waitFor();
    expect((await translate(page, "I love you.")).trim()).toBe("Je t'aime.");
    expect(printed).toEqual([]);
    await page.close();
  });
});

function sentencesOf(tokens: readonly string[]): string[][] {
  const sentences: string[][] = [[]];
  for (const token of tokens) {
    sentences.at(-1)?.push(token);
    if (token === "</s>") sentences.push([]);
  }
  return sentences;
}

/** One list of the record that the attention view shows. */
async function recordOf(page: Page, name: string): Promise<unknown> {
  const view = page.locator("qkv-attention");
  await view.locator("line").first().waitFor({ state: "attached" });
  return view.evaluate((element, of) => (element as unknown as { record: Record<string, unknown> }).record[of], name);
}

/** Drops a folder's files on the page. */
async function drop(page: Page, folder: string, names: readonly string[]): Promise<void> {
  const files = names.map((name) => ({ name, bytes: readFileSync(join(folder, name)).toString("base64") }));
  await page.evaluate((all) => {
    const dataTransfer = new DataTransfer();
    for (const { name, bytes } of all) {
      dataTransfer.items.add(new File([Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0))], name));
    }
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, files);
}
