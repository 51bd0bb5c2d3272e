// apps/classify as it is built, served from a folder of a plain server, in Chromium.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import { createClassifier, loadPretrained, memoryFiles } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { decodeImage } from "@qkv/vit/node";
import { unzipSync } from "fflate";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppPage, axeViolations, longestTaskWhileOpening, withoutIsolation } from "./appPage.ts";
import { launchChromium } from "./chromium.ts";
import { LONGEST, longestTask } from "./longestTask.ts";
import { timeAlone } from "./timeAlone.ts";
import { answer, bring, drawing, openClassify, pick, switchTo, tensors } from "./classifyPage.ts";
import { type FolderServer, serve } from "./server.ts";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const IMAGES = at("packages/vit/test/images");
const TINY = at("packages/pretrained/test/golden/classifier");
const TINY_LABELS = "fox, heron, newt, owl, toad, wren, yak";
const tinyFiles = () =>
  ["config.json", "model.safetensors", "preprocessor_config.json"].map((name) => {
    return { name, mimeType: "", buffer: readFileSync(join(TINY, name)) };
  });

describe.skipIf(process.env["QKV_TEST_BROWSER"] === undefined)("apps/classify in Chromium", () => {
  let server: FolderServer;
  let browser: Browser;
  const open = (options?: BrowserContextOptions, before?: (page: Page) => Promise<unknown>) =>
    openClassify(browser, `${server.origin}/classify/index.html`, options, before);
  const image = (name: string) => join(IMAGES, name);

  beforeAll(async () => {
    server = await serve({ classify: at("apps/classify/dist"), tiny: TINY });
    const camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
    browser = await launchChromium("--enable-unsafe-webgpu", ...camera);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  test("answers within 3 s of a loaded page, then without a network, as the program does, and asks no other host", async () => {
    let opened = await open();
    let first: string[] = [];
    const ms = await timeAlone(3000, async () => {
      await opened.page.close();
      const start = performance.now();
      opened = await open();
      await pick(opened.page, [image("rgb.png")]);
      first = await answer(opened.page, "rgb.png");
      return performance.now() - start;
    });
    expect(ms).toBeLessThan(3000);
    const { page, printed, responses } = opened;
    await page.context().setOffline(true);
    const names = ["rotated-6.jpg", "lossy.webp", "palette.png"];
    const shown = [first];
    for (const name of names) {
      await pick(page, [image(name)]);
      shown.push(await answer(page, name));
    }
    expect(await page.locator(".picture-list li").count()).toBe(4);

    await initBackend("wasm");
    const pretrained = await loadPretrained(modelFolder(at("models/cifar10")));
    const classifier = createClassifier(pretrained);
    for (const [i, name] of ["rgb.png", ...names].entries()) {
      const labels = await classifier.classify(await decodeImage(readFileSync(image(name))), { top: 5 });
      expect(
        shown[i]?.map((line) => line.split("\n")[0]),
        name,
      ).toEqual(labels.map(({ label }) => label));
    }
    pretrained.model.dispose();
    expect(await page.locator(".class-list").innerText()).toContain(classifier.model.config.labels.join(", "));
    expect(new Set(responses.map((response) => new URL(response.url()).origin))).toEqual(new Set([server.origin]));
    expect(printed).toEqual([]);
    await page.close();
  });

  test("does not block the page for 50 ms while it opens", async () => {
    expect(await longestTaskWhileOpening(browser, open)).toBeLessThan(LONGEST);
  });

  test("begins with examples that the model knows, until there is a picture of one's own", async () => {
    const { page, printed } = await open();
    const group = page.getByRole("group", { name: "Try:" });
    const first = async (name: string) => {
      await group.getByRole("button", { name }).click();
      return (await answer(page, `${name.split(" ").at(-1)?.toLowerCase()}.png`))[0]?.split("\n")[0];
    };
    expect(await first("A ship")).toBe("ship");
    expect(await first("An airplane")).toBe("airplane");
    await group.waitFor({ state: "detached" });
    for (const name of ["airplane.png", "ship.png"]) await page.getByRole("button", { name: `Remove ${name}` }).click();
    await page.getByRole("radio", { name: "Fashion-MNIST" }).check({ force: true });
    expect(await first("A shirt")).toMatch(/shirt/);
    expect(await first("Trousers")).toBe("trouser");
    await page.getByRole("button", { name: "Remove trousers.png" }).click();
    await group.getByRole("button").waitFor();
    await pick(page, [image("rgb.png")]);
    await group.waitFor({ state: "detached" });
    expect(printed).toEqual([]);
    await page.close();
  });

  test("takes what is dropped, pasted and photographed", async () => {
    const { page, printed } = await open();
    const file = { name: "ship.png", mimeType: "image/png", buffer: readFileSync(image("rgb.png")) };
    await bring(page, "drop", [{ ...file, name: "dropped.png" }]);
    await answer(page, "dropped.png");
    await bring(page, "paste", [{ ...file, name: "pasted.png" }]);
    await answer(page, "pasted.png");
    await page.getByRole("button", { name: "Take a photo" }).click();
    const dialog = page.getByRole("dialog", { name: "Camera" });
    await expect
      .poll(() => dialog.locator("video").evaluate((video: HTMLVideoElement) => video.videoWidth))
      .toBeGreaterThan(0);
    await dialog.getByRole("button", { name: "Take the photo" }).click();
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => page.locator(".picture .file-name").textContent()).toMatch(/\.jpg$/);
    await page.locator(".picture .prediction").waitFor();
    expect(printed).toEqual([]);
    await page.close();
  });

  test("teaches with the camera: a live preview, several pictures in a row, and it is let go", async () => {
    const { page, printed } = await open({}, (page) =>
      page.addInitScript(() => {
        const { mediaDevices } = navigator;
        const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
        const tracks: MediaStreamTrack[] = [];
        Object.assign(globalThis, { tracks });
        mediaDevices.getUserMedia = async (wanted) => {
          const stream = await getUserMedia(wanted);
          tracks.push(...stream.getTracks());
          return stream;
        };
      }),
    );
    const states = () =>
      page.evaluate(() =>
        (globalThis as unknown as { tracks: MediaStreamTrack[] }).tracks.map((one) => one.readyState),
      );
    await page.locator(".training summary").click();
    const [first, second] = [0, 1].map((at) => page.locator(".class-editor").nth(at)) as [Locator, Locator];
    const press = (editor: Locator, name: string) => editor.getByRole("button", { name, exact: true }).click();
    await press(first, "Camera");
    const video = first.locator("video");
    const seconds = () => video.evaluate(({ currentTime }: HTMLVideoElement) => currentTime);
    await expect.poll(seconds).toBeGreaterThan(0);
    const before = await seconds();
    await expect.poll(seconds).toBeGreaterThan(before);
    for (let taken = 1; taken <= 3; taken++) {
      await press(first, "Take the photo");
      await first.getByText(taken === 1 ? "1 picture" : `${taken} pictures`, { exact: true }).waitFor();
    }
    const widths = await first
      .locator(".thumb img")
      .evaluateAll((images: HTMLImageElement[]) =>
        Promise.all(images.map((image) => image.decode().then(() => image.naturalWidth))),
      );
    const width = await video.evaluate(({ videoWidth }: HTMLVideoElement) => videoWidth);
    expect(widths).toEqual([width, width, width]);
    expect(await states()).toEqual(["live"]);

    await press(second, "Camera"); // one at a time
    await video.waitFor({ state: "detached" });
    await press(second, "Take the photo");
    await second.getByText("1 picture", { exact: true }).waitFor();
    expect(await states()).toEqual(["ended", "live"]);
    await press(second, "Stop the camera");
    await second.locator("video").waitFor({ state: "detached" });
    expect(await states()).toEqual(["ended", "ended"]);
    await press(second, "Camera");
    await second.locator("video").waitFor();
    await page.locator(".training summary").click(); // nobody sees it any more
    await expect.poll(states).toEqual(["ended", "ended", "ended"]);
    await page.locator(".training summary").click();

    for (const number of [1, 2]) await page.getByLabel(`Name of class ${number}`).fill(`thing ${number}`);
    await page.locator(".training").getByRole("button", { name: "Teach", exact: true }).click();
    await page.getByText("It now tells these apart: thing 1, thing 2").waitFor({ timeout: 120_000 });
    expect(printed).toEqual([]);
    await page.close();
  });

  test("computes on each backend when asked, says on which, and answers the same", async () => {
    const { page, printed } = await open();
    await page.locator(".backend-panel summary").click();
    await page.getByText("Not with WebGPU").waitFor();
    await pick(page, [image("rgb.png")]);
    const labels = async () => (await answer(page, "rgb.png")).map((line) => line.split("\n")[0]);
    const expected = await labels();
    for (const name of ["WebGPU", "JavaScript", "WebAssembly"] as const) {
      await switchTo(page, name);
      expect(await labels(), name).toEqual(expected);
    }
    expect(printed.filter((line) => !isChromiumsOwn(line))).toEqual([]);
    await page.close();
  }, 180_000);

  test("opens a folder of this device, by its picker or dropped, and answers with what it knows", async () => {
    const { page, printed } = await open();
    await page.locator(".model-picker summary").click();
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: "Open a folder" }).click(),
    ]);
    await chooser.setFiles(TINY);
    await page.locator(".class-list", { hasText: TINY_LABELS }).waitFor();
    await pick(page, [image("rgb.png")]);
    expect((await answer(page, "rgb.png")).map((line) => line.split("\n")[0])).toContain("wren");
    await page.getByRole("button", { name: "CIFAR-10" }).click();
    await page.locator(".class-list", { hasText: "airplane" }).waitFor();
    await bring(page, "drop", tinyFiles());
    await page.locator(".class-list", { hasText: TINY_LABELS }).waitFor();
    expect(printed).toEqual([]);
    await page.close();
  });

  test("has Fashion-MNIST to choose beside CIFAR-10, fetched when it is, and says what it knows and wants", async () => {
    const { page, printed, responses } = await open();
    const fetched = () => responses.filter((response) => response.url().includes("fashion-mnist")).length;
    const knows = page.locator(".class-list");
    expect(await knows.innerText()).toContain("small colour photographs");
    await pick(page, [image("grey.png")]);
    await answer(page, "grey.png");
    expect(fetched()).toBe(0);
    await page.getByRole("radio", { name: "Fashion-MNIST" }).check({ force: true });
    await knows.filter({ hasText: "T-shirt/top, trouser" }).waitFor();
    expect(await knows.innerText()).toContain("one piece of clothing, grey, bright on black");
    expect(fetched()).toBe(3);
    const shown = (await answer(page, "grey.png")).map((line) => line.split("\n")[0]);
    await initBackend("wasm");
    const pretrained = await loadPretrained(modelFolder(at("models/fashion-mnist")));
    const labels = await createClassifier(pretrained).classify(await decodeImage(readFileSync(image("grey.png"))), {
      top: 5,
    });
    pretrained.model.dispose();
    expect(shown).toEqual(labels.map(({ label }) => label));
    await bring(page, "drop", tinyFiles());
    await page.locator(".class-list", { hasText: TINY_LABELS }).waitFor();
    expect(await page.locator(".drop-zone input[type=radio]:checked").count()).toBe(0);
    expect(await knows.innerText()).not.toContain("pixels");
    expect(printed).toEqual([]);
    await page.close();
  });

  test("fetches a model by its address once, keeps it, and opens it again without a network", async () => {
    const { page, printed, responses } = await open();
    await page.locator(".model-picker summary").click();
    const ask = async () => {
      await page.getByRole("textbox", { name: "From the hub" }).fill(`${server.origin}/tiny`);
      await page.getByRole("button", { name: "Open", exact: true }).click();
      await page.locator(".class-list", { hasText: TINY_LABELS }).waitFor();
    };
    await ask();
    expect(responses.some((response) => response.url().endsWith("/tiny/model.safetensors"))).toBe(true);
    await page.getByRole("button", { name: "CIFAR-10" }).click();
    await page.locator(".class-list", { hasText: "airplane" }).waitFor();
    await page.context().setOffline(true);
    await ask();
    // Chromium itself tells of optional files that are not there.
    expect(printed.filter((line) => !line.startsWith("error: Failed to load resource"))).toEqual([]);
    await page.close();
  });

  test("shows where it looked: all layers, the evidence, every head, and a patch under pointer and keys", async () => {
    const { page, printed } = await open();
    await pick(page, [image("rotated-6.jpg")]);
    await answer(page, "rotated-6.jpg");
    const view = (name: string) => page.getByRole("radio", { name, exact: true }).check({ force: true });
    const words = page.getByTestId("saliency-words");
    const field = page.locator(".saliency-field");
    const seen = new Set<string>();
    /** The overlay's pixels, once they are others than all before. */
    const another = async () => {
      const pixels = () => field.locator("canvas").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
      let found = "";
      await expect.poll(async () => seen.has((found = await pixels())), { timeout: 60_000 }).toBe(false);
      seen.add(found);
    };
    await view("All layers");
    await words.waitFor();
    await another();
    await view("For the answer");
    await another();
    await page.getByText(/More than an even share: row \d, column \d \(\+/).waitFor();
    await view("One head");
    const [layers, heads] = [/^Layer/, /^Head/].map((name) => page.getByRole("slider", { name })) as [Locator, Locator];
    let shown = -1; // the head, of all of which -1 is the mean
    for (let layer = 0; layer < 3; layer++) {
      await layers.fill(`${layer}`); // shows the same head of the next layer
      await another();
      for (const head of [-1, 0, 1, 2].filter((one) => one !== shown)) {
        await heads.fill(`${head}`);
        await another();
        shown = head;
      }
    }
    expect(seen.size).toBe(2 + 3 * 4);
    await view("All layers");
    await heads.waitFor({ state: "detached" }); // the page is shorter without the sliders, and may move
    const { width, height } = (await field.boundingBox()) ?? { width: 0, height: 0 };
    await field.hover({ position: { x: 0.8 * width, y: 0.3 * height } });
    await page.getByText("The patch in row 3, column 7 looked at").waitFor();
    await another();
    await page.mouse.move(0, 0);
    await page.getByText("Most of it:").waitFor();
    await field.focus();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown"]) await page.keyboard.press(key);
    await page.getByText("The patch in row 2, column 3 looked at").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("Most of it:").waitFor();
    await view("Picture");
    await field.waitFor({ state: "detached" });
    expect(printed).toEqual([]);
    await page.close();
  });

  test("lays nothing over what has no more than an even share, and says when no place stands out", async () => {
    const { page, printed } = await open();
    const alphas = () =>
      page.locator(".saliency-field canvas").evaluate((canvas: HTMLCanvasElement) => {
        const copy = new OffscreenCanvas(8, 8).getContext("2d", { willReadFrequently: true });
        copy?.drawImage(canvas, 0, 0);
        const { data = [] } = copy?.getImageData(0, 0, 8, 8) ?? {};
        return Array.from(data).filter((_, at) => at % 4 === 3);
      });
    await pick(page, [image("rotated-6.jpg")]);
    await page.getByRole("radio", { name: "For the answer" }).check({ force: true });
    await page.getByText("More than an even share:").waitFor();
    expect(Math.max(...(await alphas()))).toBeGreaterThan(170);
    expect((await alphas()).filter((alpha) => alpha === 0).length).toBeGreaterThan(20);
    await pick(page, [image("one-pixel.png")]);
    await page.getByText("It is even: no place stands out.").waitFor();
    expect(new Set(await alphas())).toEqual(new Set([0]));
    expect(printed).toEqual([]);
    await page.close();
  });

  test("leaves no tensor behind after 50 images and their looks, and never blocks the page for 50 ms", async () => {
    const fifty = async ({ page, printed }: AppPage) => {
      await page.locator(".backend-panel summary").click();
      await pick(page, [image("rgb.png")]);
      await answer(page, "rgb.png");
      const before = await tensors(page);
      const names = ["rgb.jpg", "rgba.png", "grey.png", "lossy.webp", "rotated-6.jpg"];
      await page.getByRole("radio", { name: "All layers" }).check({ force: true });
      for (let i = 0; i < 10; i++) {
        await pick(page, names.map(image));
        await expect
          .poll(() => page.locator(".tile img").count(), { timeout: 120_000 })
          .toBe(1 + names.length * (i + 1));
      }
      await page.getByRole("radio", { name: "For the answer" }).check({ force: true });
      await page.getByTestId("saliency-words").waitFor();
      await pick(page, [image("rgb.png")]);
      await expect.poll(() => page.locator(".tile img").count()).toBe(52);
      expect(await tensors(page)).toBe(before);
      expect(printed).toEqual([]);
      await page.close();
      return page;
    };
    expect(await longestTask(browser, fifty, open)).toBeLessThan(LONGEST);
  });

  test("learns two classes from ten pictures, tells new ones apart, and hands the model out as a folder", async () => {
    const learn = async ({ page, printed }: AppPage) => {
      const draw = (kind: "ship" | "animal", seeds: readonly number[]) =>
        Promise.all(seeds.map((seed) => drawing(page, kind, seed)));
      await page.locator(".training summary").click();
      await page.locator(".backend-panel summary").click();
      const start = page.locator(".training").getByRole("button", { name: "Teach", exact: true });
      expect(await start.isDisabled()).toBe(true);
      for (const [i, kind] of (["ship", "animal"] as const).entries()) {
        await page.getByLabel(`Name of class ${i + 1}`).fill(`my ${kind}`);
        const input = page.locator(".class-editor").nth(i).locator("input[type=file][multiple]");
        await input.setInputFiles(await draw(kind, [1, 2, 3, 4, 5]));
      }
      await start.click();
      const done = page.getByText("It now tells these apart: my ship, my animal");
      await done.waitFor({ timeout: 120_000 });
      const alive = await tensors(page);
      await start.click();
      await done.waitFor({ state: "detached" });
      await done.waitFor({ timeout: 120_000 });
      expect(await tensors(page)).toBe(alive);
      for (const kind of ["ship", "animal"] as const) {
        for (const picture of await draw(kind, [6, 7, 8, 9, 10])) {
          await pick(page, [picture]);
          expect((await answer(page, picture.name))[0]?.split("\n")[0], picture.name).toBe(`my ${kind}`);
        }
      }
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Download the model" }).click(),
      ]);
      expect(download.suggestedFilename()).toBe("my-ship-my-animal.zip");
      const entries = Object.entries(unzipSync(readFileSync(await download.path())));
      const files = new Map(entries.map(([name, bytes]) => [name.replace("my-ship-my-animal/", ""), bytes]));
      await initBackend("wasm");
      const pretrained = await loadPretrained(memoryFiles("taught", files));
      const [ship] = await draw("ship", [11]);
      const pixels = await decodeImage(ship?.buffer ?? Buffer.of());
      const [best] = await createClassifier(pretrained).classify(pixels);
      expect(best?.label).toBe("my ship");
      pretrained.model.dispose();
      expect(printed).toEqual([]);
      await page.close();
      return page;
    };
    expect(await longestTask(browser, learn, open)).toBeLessThan(LONGEST);
  });

  test.each([
    ["light", "en"],
    ["dark", "ko"],
  ] as const)("has nothing for axe to find at 360 px, in %s, in %s", async (colorScheme, locale) => {
    const { page } = await open({ viewport: { width: 360, height: 740 }, colorScheme, locale });
    expect(await page.locator("html").getAttribute("lang")).toBe(locale);
    await pick(page, ["rgb.png", "rgb.jpg"].map(image));
    await answer(page, "rgb.jpg");
    await page.locator(".saliency-controls .choice label").nth(3).click();
    await page.getByTestId("saliency-words").waitFor();
    for (const summary of await page.locator("details.panel > summary").all()) await summary.click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await axeViolations(page)).toEqual([]);
    await page.close();
  });

  test("works where memory may not be shared, and says how to serve it", async () => {
    const { page, printed } = await open({}, withoutIsolation);
    await page.locator(".backend-panel summary").click();
    await page.getByText("Only one thread, so it is slower").waitFor();
    await page.getByText("serve it with Cross-Origin-Opener-Policy: same-origin").waitFor();
    await pick(page, [image("rgb.png")]);
    await answer(page, "rgb.png");
    expect(printed).toEqual([]);
    await page.close();
  });
});

/** What Chromium itself says about GPUs in software. */
function isChromiumsOwn(line: string): boolean {
  return /powerPreference option is currently ignored|No available adapters|GPU stall due to ReadPixels/i.test(line);
}
