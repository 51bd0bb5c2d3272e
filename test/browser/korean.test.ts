// The pages in Korean: whatever is said is said in Korean.
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { appPages, describeInBrowser } from "./appPages.ts";
import { answer, pick } from "./classifyPage.ts";
import { choose as chooseGoal } from "./finetunePage.ts";
import { dropGguf, modelIsOpen, tokens, write } from "./generatePage.ts";
import { dropWhisper, listenTo, wavFile, words } from "./listenPage.ts";
import { encoderFolder } from "./tinyTextFolders.ts";
import { CHAPTERS, goToChapter, rewrite, runProgram } from "./tourPage.ts";
import { drop } from "./translatePage.ts";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Names, which are the same in every language. */
const NAMES = [
  ...["QKV", "English", "WebGPU", "WebAssembly", "JavaScript", "relaxed SIMD", "SIMD", "SVG", "PNG", "JSON"],
  ...["https", "config.json", "model.safetensors", "CIFAR-10", "Fashion-MNIST", "Ctrl\\+Enter", "JPEG", "WebP", "Swin"],
  ...["Helsinki-NLP/opus-mt-en-de", "google/vit-base-patch16-224", "Cross-Origin-\\w+-Policy", "same-origin"],
  ...[
    "GPT-2",
    "Llama",
    "Mistral",
    "Qwen",
    "Gemma",
    "Phi",
    "llama\\.cpp",
    "Ollama",
    "\\.gguf",
    "top-p",
    "Tab",
    "owner/name-GGUF:Q4_K_M",
  ],
  ...[
    "Whisper",
    "openai/whisper-base",
    "openai/whisper-tiny\\.en",
    "whisper-tiny\\.en",
    "model.safetensors",
    "tokenizer.json",
  ],
  ...["SRT", "VTT", "TXT", "WAV"],
  ...[
    "\\d\\d-\\w+\\.ts",
    "Dive into Deep Learning",
    "query",
    "key",
    "value",
    "@qkv/\\w+",
    "dotScore?(?:With)?",
    "TypeScript",
    "GPT",
    "BART",
  ],
  ...["sentence-transformers/all-MiniLM-L6-v2", "HuggingFaceTB/SmolLM2-135M-Instruct", "BERT", "MiniLM", "SmolLM2"],
  ...["LoRA", "PEFT", "UTF-8", "\\.txt", "\\.jsonl", "\\.csv", "\\.tsv", "text", "label", "anchor", "positive"],
  ...["require-corp", "DeiT", "ViT", "Esc", "[\\d.]+ ?(?:ms|byte|[kMG]?B)", "\\w+\\.(?:png|jpg|gguf|wav)"],
];

describeInBrowser("the pages in Korean", () => {
  const pages = appPages();

  test("apps/translate leaves no English", async () => {
    const { page } = await pages.openTranslate({ locale: "ko" });
    const found = new Set(await english(page));
    await page.locator("textarea").fill("I love you. Where is the train station?");
    await page.getByRole("button", { name: "번역하기", exact: true }).click();
    await page.locator(".sentence").nth(1).waitFor();
    await page.locator('.translation[aria-busy="false"]').waitFor();
    await page.locator(".sentence").first().click();
    const view = page.locator("qkv-attention");
    await view.locator("line").first().waitFor({ state: "attached" });
    await view.getByLabel("층", { exact: true }).selectOption("0");
    await view.getByLabel("헤드", { exact: true }).selectOption("0");
    await page.getByRole("button", { name: "이 헤드 끄기" }).click();
    await page.getByTestId("ablated").waitFor();
    await view.locator("summary").click();
    for (const text of await english(page)) found.add(text);
    for (const shown of ["matrix", "model"]) {
      await view.getByLabel("보기", { exact: true }).selectOption(shown);
      for (const text of await english(page)) found.add(text);
    }
    await page.locator(".model-picker input[type=text]").fill("not a name");
    await page.locator(".model-picker button[type=submit]").click();
    await page.getByRole("alert").waitFor();
    for (const text of await english(page)) found.add(text);
    expect([...found]).toEqual([]);
    await page.close();
  });

  test("apps/classify leaves no English", async () => {
    const { page } = await pages.openClassify({ locale: "ko" });
    const found = new Set(await english(page));
    await pick(
      page,
      ["rgb.png", "rgb.jpg"].map((name) => at(`packages/vit/test/images/${name}`)),
    );
    await answer(page, "rgb.jpg");
    for (const label of await page.locator(".saliency-controls .choice label").all()) {
      await label.click();
      for (const text of await english(page)) found.add(text);
    }
    expect([...found]).toEqual([]);
    await page.close();
  });

  test("apps/generate leaves no English", async () => {
    const { page } = await pages.openGenerate({ locale: "ko" });
    const found = new Set(await english(page));
    await dropGguf(page, "short.gguf", new Uint8Array(99));
    await page.getByRole("alert").waitFor();
    for (const text of await english(page)) found.add(text);
    await dropGguf(page);
    await modelIsOpen(page);
    for (const text of await english(page)) found.add(text);
    await write(page, "안녕하세요?");
    await tokens(page).first().click();
    await page.locator("qkv-attention line").first().waitFor({ state: "attached" });
    for (const text of await english(page)) found.add(text);
    expect([...found]).toEqual([]);
    await page.close();
  });

  test("apps/listen leaves no English", async () => {
    const { page } = await pages.openListen({ locale: "ko" });
    const found = new Set(await english(page));
    await dropWhisper(page);
    await listenTo(page, "sweep.wav", wavFile(4));
    await words(page).first().click();
    for (const text of await english(page)) found.add(text);
    expect([...found]).toEqual([]);
    await page.close();
  });

  test("apps/finetune leaves no English", async () => {
    const { page } = await pages.openFinetune({ locale: "ko" });
    const found = new Set<string>();
    const look = async () => {
      for (const text of await english(page)) found.add(text);
    };
    for (const goal of ["classify", "embed", "write"] as const) {
      await chooseGoal(page, goal);
      await look();
    }
    await chooseGoal(page, "classify");
    await initBackend("cpu");
    await drop(page, await encoderFolder());
    await modelIsOpen(page, "config.json");
    await page.locator(".data textarea").fill("the ship | a\nthe boat | b\nno label\n");
    await page.locator(".problems li").waitFor();
    await look();
    await page.getByRole("button", { name: "학습하기", exact: true }).click();
    await page.locator(".training").getByText("모두 마쳤습니다").waitFor();
    await page.getByLabel("분류할 글").fill("배");
    await page.getByRole("button", { name: "분류하기" }).click();
    await page.locator(".bars li").first().waitFor();
    await look();
    await page.reload();
    await page.locator(".kept").waitFor();
    await look();
    expect([...found]).toEqual([]);
    await page.close();
  });

  test("apps/tour leaves no English", async () => {
    const { page } = await pages.openTour({ locale: "ko" });
    const found = new Set(await english(page));
    for (const chapter of CHAPTERS) {
      await goToChapter(page, chapter);
      for (const text of await english(page)) found.add(text);
    }
    await goToChapter(page, "why");
    await rewrite(page, 'import { dotScor } from "@qkv/attention";\ndotScor();\n');
    await runProgram(page);
    for (const text of await english(page)) found.add(text);
    expect([...found]).toEqual([]);
    await page.close();
  });
});

/**
 * What of a page is in Latin letters, said or only read out, without names, data, and what is marked as of another
 * language. Every panel is opened first.
 */
async function english(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    for (const panel of document.querySelectorAll("details")) panel.open = true;
  });
  const texts = await page.evaluate(() => {
    // What was put in, what a model makes of it, and what a model calls things.
    const data =
      "textarea, .translation, .history, .alternatives, .file-name, .bars, .prediction, .class-list, .tile, .without, .transcript .said, .timeline .word, .timeline canvas, .token, .token-name, .label, .preview, .got, .data-text, .cm-editor, pre, code, math";
    const ofView =
      ".tokens button, .words li, svg text:not(.axis), line title, rect title, g desc, [name=token] option, style, .cm-editor";
    const found: string[] = [];
    const look = (root: ParentNode, skipped: string) => {
      for (const element of root.querySelectorAll("*")) {
        if (element.shadowRoot) look(element.shadowRoot, ofView);
        const language = element.closest("[lang]")?.getAttribute("lang") ?? "ko";
        if (language !== "ko" || element.closest(skipped) || element.closest("[hidden], script")) continue;
        for (const name of ["aria-label", "title", "placeholder", "alt"]) found.push(element.getAttribute(name) ?? "");
        for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) found.push(node.textContent ?? "");
      }
    };
    look(document.body, data);
    return [document.title, ...found];
  });
  const names = new RegExp(`(?<![\\w-])(?:${NAMES.join("|")})(?![\\w-])`, "g");
  return texts.filter((text) => /[A-Za-z]{2}/.test(text.replace(names, "")));
}
