// apps/translate and what goes wrong: a sentence that helps, nothing typed is lost, and the page goes on.
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained, memoryFiles } from "@qkv/pretrained";
import { expect, test } from "vitest";
import { appPages, describeInBrowser } from "./appPages.ts";
import { marianFolder } from "./marianFolder.ts";
import { box, drop, filesOf, openModel, press, translate } from "./translatePage.ts";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const MARIAN = at("packages/pretrained/test/golden/float32");
const CLASSIFIER = at("packages/pretrained/test/golden/classifier");

describeInBrowser("apps/translate and bad input", () => {
  const pages = appPages();
  const open = pages.openTranslate;

  test("opens a dropped folder, and keeps the model it has when the folder is another family's", async () => {
    const { page, printed } = await open();
    await page.locator(".model-picker summary").click();
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), press(page, "Open a folder …")]);
    await chooser.setFiles(CLASSIFIER);
    await page.getByRole("alert").filter({ hasText: "expected a model_type of marian" }).waitFor();
    expect((await translate(page, "I love you.")).trim()).toBe("Je t'aime.");
    const names = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"];
    await drop(page, filesOf(MARIAN, names));
    await openModel(page, "config.json");
    await translate(page, "A dog runs.");
    expect(printed).toEqual([]);
    await page.close();
  });

  test("opens a folder in OPUS-MT's form and translates as the program does, and names the file that is missing", async () => {
    await initBackend("wasm");
    const files = await marianFolder();
    const { page, printed } = await open();
    await drop(page, files);
    await openModel(page, "config.json");
    const texts = ["the cat sat", "天气", "A dog runs."];
    const pretrained = await loadPretrained(memoryFiles("opus", files));
    const translator = createTranslator(pretrained, { locale: "en" });
    await page.locator("summary", { hasText: "Search" }).filter({ hasText: "Beams: 3" }).waitFor(); // as the folder says
    for (const text of texts) {
      expect(await translate(page, text)).toBe((await translator.translate(text)).translation);
    }
    pretrained.model.dispose();

    const alert = page.locator(".model-picker").getByRole("alert");
    for (const [missing, said] of [
      ["config.json", "config.json: expected a file"],
      ["model.safetensors", "expected model.safetensors or"],
      ["source.spm", "source.spm: expected"],
      ["vocab.json", "vocab.json: expected"],
    ] as const) {
      await drop(page, new Map([...files].filter(([name]) => name !== missing)));
      await alert.filter({ hasText: "The previous one is still open" }).filter({ hasText: said }).waitFor();
    }
    await translate(page, "the cat");
    expect(printed).toEqual([]);
    await page.close();
  });

  test("refuses weights that are cut off and a config that lies, and goes on", async () => {
    const { page, printed } = await open();
    const names = ["config.json", "model.safetensors", "tokenizer.json"];
    const files = filesOf(MARIAN, names);
    const config = JSON.parse(new TextDecoder().decode(files.get("config.json"))) as object;
    const lying = (over: object) => new TextEncoder().encode(JSON.stringify({ ...config, ...over }));
    const weights = files.get("model.safetensors") ?? new Uint8Array();
    for (const [name, bytes, said] of [
      ["model.safetensors", weights.subarray(0, weights.length / 2), "safetensors: expected a file of"],
      ["model.safetensors", weights.subarray(0, 5), "got 5"],
      ["config.json", lying({ d_model: 1e9 }), "expected shape [277,1000000000]"],
      ["config.json", lying({ encoder_layers: 1e9 }), "encoder_layers to be at most"],
      ["config.json", lying({ vocab_size: -1 }), "vocab_size"],
      ["config.json", lying({ model_type: "<img src=x onerror=alert(1)>" }), "<img src=x onerror=alert(1)>"],
      ["config.json", new TextEncoder().encode('{"__proto__": {"model_type": "marian"}'), "not JSON"],
    ] as const) {
      await drop(page, new Map(files).set(name, bytes));
      const alert = page.locator(".model-picker").getByRole("alert");
      await alert.filter({ hasText: "The previous one is still open" }).filter({ hasText: said }).waitFor();
      await page.locator("summary", { hasText: "Search" }).click(); // the page answers
    }
    expect((await translate(page, "I love you.")).trim()).toBe("Je t'aime.");
    expect(printed).toEqual([]);
    await page.close();
  });

  test("takes whatever is written as text: HTML, emoji, right to left, empty lines", async () => {
    const { page, printed } = await open();
    const text = '<img src=x onerror="document.title=1"> <b>Dog</b>\n\n\n🐕‍🦺 مرحبا dog.\n';
    const made = await translate(page, text);
    expect(await page.locator(".translation img, .translation b").count()).toBe(0);
    expect(made.match(/\n/g)).toHaveLength(4);
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
  });

  test.each([
    ["full", "setItem"],
    ["denied", "localStorage"],
  ])("says that the history is not kept where storage is %s, and works", async (_, refused) => {
    const { page, printed } = await open({}, (page) =>
      page.addInitScript((refused) => {
        const refuse = () => {
          throw new DOMException("no", refused === "setItem" ? "QuotaExceededError" : "SecurityError");
        };
        if (refused === "setItem") Storage.prototype.setItem = refuse;
        else Object.defineProperty(globalThis, "localStorage", { get: refuse });
      }, refused),
    );
    expect((await translate(page, "I love you.")).trim()).toBe("Je t'aime.");
    await page.locator("summary", { hasText: "History" }).click();
    await page.getByText("it lasts as long as this page").waitFor();
    expect(await page.locator(".history button").innerText()).toContain("Je t'aime.");
    expect(printed).toEqual([]);
    await page.close();
  });
});
