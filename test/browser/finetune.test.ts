// apps/finetune as it is built, in Chromium: small models learn from a few lines, are stopped, gone on with and taken home.
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { initBackend } from "@qkv/backend";
import {
  createEmbedder,
  createTextClassifier,
  loadAdapter,
  loadPretrained,
  memoryFiles,
  type Pretrained,
} from "@qkv/pretrained";
import { gpt2 } from "@qkv/transformer";
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { axeViolations } from "./appPage.ts";
import { appPages, describeInBrowser } from "./appPages.ts";
import { switchTo } from "./classifyPage.ts";
import { choose, ended, keptLosses, losses, modelIsOpen, set, takeHome, type } from "./finetunePage.ts";
import { dropGguf } from "./generatePage.ts";
import { LONGEST, longestTask } from "./longestTask.ts";
import { encoderFolder, writerFolder } from "./tinyTextFolders.ts";
import { drop, press } from "./translatePage.ts";

const LABELLED = [
  ...["the ship is in london | north", "the boat is in london | north", "a ship in london | north"],
  ...["ada wrote a program | south", "ada wrote programs | south", "a program of ada | south"],
];
const PAIRS = ["ship | boat in london", "ada | a program", "one and two | three", "is it | no"];
const ANSWERS = ["who | once upon a time", "what | a name", "when | there was a count"];

describeInBrowser("apps/finetune in Chromium", () => {
  const pages = appPages();
  let [encoder, writer]: Map<string, Uint8Array>[] = [];
  beforeAll(async () => {
    await initBackend("cpu");
    [encoder, writer] = [await encoderFolder(), await writerFolder()];
  });

  /** Opens the page with a model, and examples. */
  async function open(goal: "classify" | "embed" | "write", lines: readonly string[], options = {}) {
    const opened = await pages.openFinetune(options);
    const { page } = opened;
    await choose(page, goal);
    await drop(page, (goal === "write" ? writer : encoder) as Map<string, Uint8Array>);
    await modelIsOpen(page, "config.json");
    await type(page, lines);
    return opened;
  }

  async function train(page: Page, settings: Readonly<Record<string, number>>): Promise<void> {
    await set(page, settings);
    await press(page, "Train");
    await ended(page);
  }

  test("a classifier learns labels, tells a text's with probabilities, and is taken home as a model", async () => {
    const { page, printed } = await open("classify", LABELLED);
    expect(await page.locator(".label-count").allInnerTexts()).toEqual(["north 3", "south 3"]);
    await page.getByTestId("tokens").waitFor();
    await train(page, { "Passes over the examples": 30, "Learning rate": 0.02 });
    const [first, last] = await losses(page);
    expect(last).toBeLessThan(first / 4);
    await page.getByLabel("A text", { exact: true }).fill("a ship is in london");
    await press(page, "Classify");
    const bars = page.locator(".bars li");
    await bars.first().waitFor();
    const shown = await bars.first().innerText();
    expect(shown).toMatch(/^north\s+[\d.> ]+%$/);

    const whole = await loadPretrained(memoryFiles("home", await takeHome(page, "The whole model")));
    const [best] = await createTextClassifier(whole as Pretrained).classify("a ship is in london");
    expect(best?.label).toBe("north");
    expect(best?.score).toBeCloseTo(Number(/([\d.]+)%/.exec(shown)?.[1]) / 100, 1);
    whole.model.dispose();
    const adapter = await takeHome(page, "The adapter");
    expect([...adapter.keys()].sort()).toEqual(["adapter_config.json", "adapter_model.safetensors"]);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("an embedder learns pairs, finds the text that belongs to another, and is taken home", async () => {
    const { page, printed } = await open("embed", PAIRS);
    await train(page, { "Passes over the examples": 40, "Learning rate": 0.02 });
    const [first, last] = await losses(page);
    expect(last).toBeLessThan(first / 2);
    await page.getByLabel("A text to find others by").fill("ada");
    await press(page, "Find");
    const after = page.locator('[data-side="tuned"] .data-text');
    await after.first().waitFor();
    const found = await after.allInnerTexts();
    expect(found.slice(0, 2).sort()).toEqual(["a program", "ada"]);
    expect(await page.locator('[data-side="base"] .data-text').count()).toBe(found.length);

    const home = await takeHome(page, "The whole model");
    expect([...home.keys()]).toContain("modules.json");
    const whole = await loadPretrained(memoryFiles("home", home));
    const embedder = createEmbedder(whole as Pretrained);
    const [ada, program, boat] = await embedder.embedBatch(["ada", "a program", "boat in london"]);
    const near = (a?: Float32Array, b?: Float32Array) =>
      embedder.similarity(a ?? new Float32Array(), b ?? new Float32Array());
    expect(near(ada, program)).toBeGreaterThan(near(ada, boat));
    whole.model.dispose();

    const folder = await mkdtemp(join(tmpdir(), "embedder-"));
    for (const [name, bytes] of home) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), bytes);
    }
    await page.locator(".model-picker").evaluate((panel: HTMLDetailsElement) => (panel.open = true));
    await page.locator("input[webkitdirectory]").last().setInputFiles(folder);
    await modelIsOpen(page, "embedder-"); // its folder below is read with it
    expect(printed).toEqual([]);
    await page.close();
  });

  test("a language model learns answers, writes with what it learned beside without, and both open again", async () => {
    const { page, printed } = await open("write", ANSWERS);
    await train(page, { "Passes over the examples": 60, "Learning rate": 0.02 });
    const [first, last] = await losses(page);
    expect(last).toBeLessThan(first / 3);
    await page.getByLabel("A beginning").fill("what");
    await press(page, "Write");
    await page.locator('[data-testid="trial"][aria-busy="false"] [data-side=base]').waitFor();
    const [after, before] = await page.locator(".written").allInnerTexts();
    expect(after).not.toBe(before);

    const base = await loadPretrained(memoryFiles("base", writer as Map<string, Uint8Array>), { families: [gpt2] });
    const files = memoryFiles("home", await takeHome(page, "The adapter"));
    const adapter = await loadAdapter(base.model, files, { families: [gpt2] });
    expect(adapter.updates.size).toBeGreaterThan(0);
    adapter.dispose();
    base.model.dispose();
    const home = memoryFiles("home", await takeHome(page, "The whole model"));
    const whole = await loadPretrained(home, { families: [gpt2] });
    whole.model.dispose();
    expect(printed).toEqual([]);
    await page.close();
  });

  test("of a model in blocks of 4 bits the adapter alone is taken home, and no tensor stays", async () => {
    const { page, printed } = await pages.openFinetune();
    await choose(page, "write");
    await dropGguf(page);
    await modelIsOpen(page, "small.gguf");
    await type(page, ANSWERS);
    await page.locator(".backend-panel summary").click();
    const tensors = () => page.getByTestId("tensors").textContent();
    const counts: (string | null)[] = [];
    for (const button of ["Train", "Train anew"]) {
      await set(page, { "Passes over the examples": 2 });
      await press(page, button);
      await ended(page);
      await page.locator(".home").waitFor();
      counts.push(await tensors());
    }
    expect(counts[1]).toBe(counts[0]);
    expect(await page.locator(".home button").allInnerTexts()).toEqual(["The adapter"]);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("is stopped, closed, and gone on with as if it had never been", async () => {
    const { page, printed } = await open("write", ANSWERS);
    await set(page, { "Passes over the examples": 40, "Learning rate": 0.01 });
    await press(page, "Train");
    await ended(page);
    const whole = await keptLosses(page);
    expect(whole).toHaveLength(40);
    await press(page, "Train anew");
    await page.locator(".training progress[value]").waitFor();
    await press(page, "Stop");
    await page.locator(".training > p.quiet", { hasText: "Stopped at step" }).waitFor();
    const stopped = await keptLosses(page);
    expect(stopped.length).toBeLessThan(40);
    expect(stopped).toEqual(whole.slice(0, stopped.length));
    await page.reload();
    await page.locator(".kept").getByText(`It is at step ${stopped.length} of 40.`).waitFor();
    await press(page, "Continue");
    await ended(page);
    expect(await keptLosses(page)).toEqual(whole);
    await page.reload();
    await press(page, "Open it");
    await page.getByRole("button", { name: "Train anew" }).and(page.locator(":enabled")).waitFor(); // its examples are there
    expect(await page.locator(".data [role=status]").innerText()).toBe("3 examples");
    await page.getByLabel("A beginning").fill("who");
    await press(page, "Write");
    await page.locator('[data-testid="trial"][aria-busy="false"] [data-side=base]').waitFor();
    await page.reload();
    await press(page, "Forget it");
    await page.reload();
    await page.locator(".drop-zone").waitFor();
    expect(await page.locator(".kept").count()).toBe(0);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("names what is wrong in which line, and what hinders it", async () => {
    const { page, printed } = await pages.openFinetune();
    await page.getByText("Open a model first.").waitFor();
    const csv = 'text,label\none,a\ntwo\n,b\n"three,b\n';
    await drop(page, new Map([["lines.csv", new TextEncoder().encode(csv)]]));
    await drop(page, new Map([["broken.txt", new Uint8Array([97, 9, 98, 10, 0xff, 9, 98])]]));
    await drop(page, new Map([["picture.png", new Uint8Array(9)]]));
    await page.locator(".problems li").nth(4).waitFor();
    expect(await page.locator(".problems li b").allInnerTexts()).toEqual([
      ...["lines.csv, line 3", "lines.csv, line 4", "lines.csv, line 5", "broken.txt, line 2", "picture.png"],
    ]);
    await drop(page, writer as Map<string, Uint8Array>);
    await page.getByText("For this, open an encoder such as BERT or MiniLM.").waitFor();
    await page.getByRole("button", { name: "Remove lines.csv" }).click();
    await page.locator(".problems li").nth(2).waitFor({ state: "detached" });
    expect(await page.getByRole("button", { name: "Train" }).isDisabled()).toBe(true);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("never holds up the page for 50 ms: lines are read, learned and tried", async () => {
    const work = async () => {
      const { page, printed } = await open("classify", LABELLED);
      await train(page, { "Passes over the examples": 40 });
      await page.getByLabel("A text", { exact: true }).fill("a ship");
      await press(page, "Classify");
      await page.locator(".bars li").first().waitFor();
      expect(printed).toEqual([]);
      await page.close();
      return page;
    };
    expect(await longestTask(pages.browser, work)).toBeLessThan(LONGEST);
  });

  test.each([
    [360, "light"],
    [360, "dark"],
    [1280, "light"],
    [1280, "dark"],
  ] as const)("has nothing for axe to find at %d px, in %s", async (width, colorScheme) => {
    const { page } = await pages.openFinetune({ viewport: { width, height: 740 }, colorScheme });
    expect(await axeViolations(page)).toEqual([]);
    await drop(page, encoder as Map<string, Uint8Array>);
    await modelIsOpen(page, "config.json");
    const many = Array.from({ length: 4 }, () => LABELLED).flat();
    await type(page, [...many, "no label"], many.length);
    await train(page, { "Passes over the examples": 3 });
    await page.getByLabel("A text", { exact: true }).fill("a ship");
    await press(page, "Classify");
    await page.locator(".bars li").first().waitFor();
    await page.evaluate(() => document.querySelectorAll("details").forEach((panel) => (panel.open = true)));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await axeViolations(page)).toEqual([]);
    await page.close();
  });
});

describeInBrowser("apps/finetune on WebGPU", () => {
  const pages = appPages("--enable-unsafe-webgpu");

  test("a classifier learns", async () => {
    await initBackend("cpu");
    const { page } = await pages.openFinetune();
    await page.locator(".backend-panel summary").click();
    await switchTo(page, "WebGPU");
    await drop(page, await encoderFolder());
    await modelIsOpen(page, "config.json");
    await type(page, LABELLED);
    await set(page, { "Passes over the examples": 6, "Learning rate": 0.02 });
    await press(page, "Train");
    await ended(page); // the first step compiles all shaders, by a processor's driver a minute
    const [first, last] = await losses(page);
    expect(last).toBeLessThan(first / 2);
    expect(await page.locator(".backend-panel summary").innerText()).toContain("WebGPU");
    await page.close();
  });
});
