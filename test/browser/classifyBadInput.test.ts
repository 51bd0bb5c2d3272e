// apps/classify and what goes wrong: a sentence that helps, and the page goes on.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { appPages, describeInBrowser } from "./appPages.ts";
import { answer, bring, pick, type Picked } from "./classifyPage.ts";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const image = (name: string) => join(at("packages/vit/test/images"), name);
const TINY = at("packages/pretrained/test/golden/classifier");

/** The files of a small classifier, with other fields in its config. */
function tiny(fields: { readonly id2label?: object }): Picked[] {
  const files = ["config.json", "model.safetensors", "preprocessor_config.json"].map((name) =>
    file(name, readFileSync(join(TINY, name))),
  );
  const config = JSON.parse(files[0]?.buffer.toString() ?? "") as { id2label: object };
  const id2label = { ...config.id2label, ...fields.id2label };
  return [file("config.json", JSON.stringify({ ...config, ...fields, id2label })), ...files.slice(1)];
}
const file = (name: string, content: Buffer | string): Picked => {
  return { name, mimeType: "", buffer: Buffer.from(content) };
};

describeInBrowser("apps/classify and bad input", () => {
  const pages = appPages();
  const open = (before?: (page: Page) => Promise<unknown>) => pages.openClassify({}, before);
  const goesOn = async (page: Page) => {
    await pick(page, [image("rgb.jpg")]);
    expect(await answer(page, "rgb.jpg")).toHaveLength(5);
  };

  test("says of each file that is no image what it is, and runs nothing of it", async () => {
    const { page, printed, responses } = await open();
    const before = responses.length;
    const png = readFileSync(image("rgb.png"));
    const huge = Buffer.from(png);
    huge.writeUInt32BE(20_000, 16);
    huge.writeUInt32BE(20_000, 20);
    const script = "<svg xmlns='http://www.w3.org/2000/svg'><script>document.title='run'; fetch('/x')</script></svg>";
    for (const [bad, said] of [
      [file("letter.jpg", "Dear Sir or Madam"), "got text"],
      [file("cut.png", png.subarray(0, 200)), "broken or cut off"],
      [file("drawing.svg", script), "SVG, which is a drawing"],
      [file("huge.png", huge), "got 20000 x 20000"],
      [file("empty.png", ""), "expected a PNG"],
    ] as const) {
      await pick(page, [bad]);
      const alert = page.getByRole("article", { name: bad.name }).getByRole("alert");
      await alert.filter({ hasText: "cannot be read as an image" }).filter({ hasText: said }).waitFor();
      expect(await page.getByRole("article", { name: bad.name }).locator("img").count()).toBe(0);
    }
    await goesOn(page);
    expect(await page.title()).not.toBe("run");
    // What was dropped was shown from memory, and asked for nowhere.
    expect(responses.slice(before).filter((response) => !response.url().startsWith("blob:"))).toEqual([]);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("takes one pixel, and of an animation the first frame", async () => {
    const { page, printed } = await open();
    for (const name of ["one-pixel.png", "animated.gif"]) {
      await pick(page, [image(name)]);
      expect(await answer(page, name), name).toHaveLength(5);
    }
    await page.getByRole("radio", { name: "All layers" }).check({ force: true });
    await page.getByTestId("saliency-words").waitFor();
    expect(printed).toEqual([]);
    await page.close();
  });

  test("keeps its model when a hub has none of that name, nobody answers, or the folder is of something else", async () => {
    const { page, printed } = await open();
    await page.locator(".model-picker summary").click();
    const ask = async (ref: string) => {
      await page.getByPlaceholder("google/vit-base-patch16-224").fill(ref);
      await page.getByRole("button", { name: "Open", exact: true }).click();
    };
    const alert = page.locator(".model-picker").getByRole("alert");
    await page.context().route("https://huggingface.co/**", (route) => route.fulfill({ status: 404, body: "{}" }));
    await ask("nobody/nothing-of-this-name");
    await alert.filter({ hasText: "The previous one is still open" }).filter({ hasText: "nobody/nothing" }).waitFor();
    await page.context().unroute("https://huggingface.co/**");
    await page.context().route("https://huggingface.co/**", (route) => route.abort("internetdisconnected"));
    await ask("google/vit-base-patch16-224");
    await alert.filter({ hasText: "No response" }).waitFor({ timeout: 30_000 });
    await ask("not a name");
    await alert.filter({ hasText: "expected the id of a model" }).waitFor();
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: "Open a folder" }).click(),
    ]);
    await chooser.setFiles(at("packages/pretrained/test/golden/float32"));
    await alert.filter({ hasText: "expected a model_type of vit, deit" }).waitFor();
    await goesOn(page);
    // Chromium itself tells of answers that are no success.
    expect(printed.filter((line) => !line.startsWith("error: Failed to load resource"))).toEqual([]);
    await page.close();
  });

  test("shows the names of files and of classes with what would turn or hide text escaped", async () => {
    const { page, printed } = await open();
    const name = "cat\u202egpj.exe\u001b[2J\u200b.png";
    await pick(page, [file(name, readFileSync(image("rgb.png")))]);
    const shown = String.raw`cat\u202egpj.exe\u001b[2J\u200b.png`;
    expect(await answer(page, shown)).toHaveLength(5);
    await bring(page, "drop", tiny({ id2label: { "1": "ow\u001b]0;x\u0007l", "2": "\u202eyak" } }));
    const [owl, yak] = [String.raw`ow\u001b]0;x\u0007l`, String.raw`\u202eyak`];
    await page.locator(".class-list", { hasText: `${owl}, ${yak}` }).waitFor();
    const bars = (await answer(page, shown)).join("\n");
    expect(bars).toMatch(/\\u001b\]0;x\\u0007l|\\u202eyak/);
    // eslint-disable-next-line no-control-regex -- what must not be there
    expect(await page.evaluate(() => document.body.innerText)).not.toMatch(/[\u0000-\u0008\u001b\u202e\u200b]/);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("opens the model of a picked folder that holds another one further down", async () => {
    const { page, printed } = await open();
    const folder = mkdtempSync(join(tmpdir(), "qkv-picked-"));
    for (const { name, buffer } of tiny({})) writeFileSync(join(folder, name), buffer);
    for (const inner of ["a", "zz"]) {
      mkdirSync(join(folder, inner));
      writeFileSync(join(folder, inner, "config.json"), "{}");
      writeFileSync(join(folder, inner, "model.safetensors"), "none");
    }
    await page.locator(".model-picker summary").click();
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: "Open a folder" }).click(),
    ]);
    await chooser.setFiles(folder);
    await page.locator(".class-list", { hasText: "fox, heron" }).waitFor();
    rmSync(folder, { recursive: true });
    expect(printed).toEqual([]);
    await page.close();
  });

  test("gives no answer where a model's numbers are none, and answers with the next model", async () => {
    const { page, printed } = await open();
    const files = tiny({});
    const weights = files.find(({ name }) => name === "model.safetensors")?.buffer;
    weights?.writeFloatLE(NaN, weights.length - 4);
    await bring(page, "drop", files);
    await page.locator(".class-list", { hasText: "fox, heron" }).waitFor();
    await pick(page, [image("rgb.png")]);
    await page.getByRole("alert").filter({ hasText: "values that are not numbers" }).waitFor();
    expect(await page.evaluate(() => document.body.innerText)).not.toMatch(/NaN ?%/);
    await page.locator(".model-picker summary").click();
    await page.getByRole("button", { name: "CIFAR-10" }).click();
    expect(await answer(page, "rgb.png")).toHaveLength(5);
    expect(printed).toEqual([]);
    await page.close();
  });

  test.each([
    ["NotFoundError", "There is no camera here: choose a picture instead."],
    ["NotAllowedError", "The camera was not allowed: allow it for this site"],
    ["NotReadableError", "Another program uses the camera just now: close that one"],
    ["AbortError", "This page cannot use a camera."],
  ])("says why the camera does not open, %s, where it was asked for, and goes on", async (name, said) => {
    const { page, printed } = await open((page) =>
      page.addInitScript((name) => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("in English", name));
      }, name),
    );
    await page.getByRole("button", { name: "Take a photo" }).click();
    await page.locator(".drop-zone").getByRole("alert").filter({ hasText: said }).waitFor();
    await page.locator(".training summary").click();
    const editor = page.locator(".class-editor").first();
    await editor.getByRole("button", { name: "Camera" }).click();
    await editor.getByRole("alert").filter({ hasText: said }).waitFor();
    expect(await editor.getByText("in English").count()).toBe(name === "AbortError" ? 1 : 0);
    expect(await page.locator("video").count()).toBe(0);
    await goesOn(page);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("names the picture that it cannot learn from", async () => {
    const { page, printed } = await open();
    await page.locator(".training summary").click();
    for (const [i, files] of [
      [file("letter.jpg", "Dear Sir")],
      [file("rgb.png", readFileSync(image("rgb.png")))],
    ].entries()) {
      await page.getByLabel(`Name of class ${i + 1}`).fill(`class ${i}`);
      await page.locator(".class-editor").nth(i).locator("input[type=file][multiple]").setInputFiles(files);
    }
    await page.locator(".training").getByRole("button", { name: "Teach", exact: true }).click();
    await page.locator(".training").getByRole("alert").filter({ hasText: "letter.jpg" }).waitFor();
    await goesOn(page);
    expect(printed).toEqual([]);
    await page.close();
  });
});
