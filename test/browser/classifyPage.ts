// apps/classify in an open page, and what a person does there.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type AppPage, openApp } from "./appPage.ts";

/** A file that a person picks. */
export interface Picked {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** Opens the page and waits for the model that came with it. */
export function openClassify(
  browser: Browser,
  url: string,
  options?: BrowserContextOptions,
  before?: (page: Page) => Promise<unknown>,
): Promise<AppPage> {
  return openApp(browser, url, (page) => page.locator(".class-list"), options, before);
}

/** Picks pictures to be looked at; paths, or files of the test's own. */
export async function pick(page: Page, files: string[] | Picked[]): Promise<void> {
  await page.locator(".drop-zone input[type=file][multiple]").setInputFiles(files);
}

/** The large picture's answer, once it is there: labels with their shares, as shown. */
export async function answer(page: Page, name: string): Promise<string[]> {
  const article = page.getByRole("article", { name, exact: true });
  await article.locator(".prediction").waitFor({ timeout: 120_000 });
  return article.locator(".bars li").allInnerTexts();
}

/** How many tensors the page says there are. */
export function tensors(page: Page): Promise<string | null> {
  return page.getByTestId("tensors").textContent();
}

/** Chooses a backend and waits until it is the one that computes. */
export async function switchTo(page: Page, name: "WebGPU" | "WebAssembly" | "JavaScript"): Promise<void> {
  await page.locator(".backend-panel .choice label", { hasText: name }).click();
  await page.locator(".backend-panel summary", { hasText: name }).waitFor({ timeout: 120_000 });
}

/** Drops files anywhere on the page, or pastes them. */
export async function bring(page: Page, how: "drop" | "paste", files: readonly Picked[]): Promise<void> {
  const sent = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, base64: buffer.toString("base64") }));
  await page.evaluate(
    ([how, sent]) => {
      const data = new DataTransfer();
      for (const { name, mimeType, base64 } of sent) {
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        data.items.add(new File([bytes], name, { type: mimeType }));
      }
      const options = { bubbles: true, cancelable: true };
      const event =
        how === "drop"
          ? new DragEvent("drop", { ...options, dataTransfer: data })
          : new ClipboardEvent("paste", { ...options, clipboardData: data });
      document.body.dispatchEvent(event);
    },
    [how, sent] as const,
  );
}

/** A picture of the sea with a ship, or of an animal in the grass, each seed another: drawn, so that it is nobody's. */
export async function drawing(page: Page, kind: "ship" | "animal", seed: number): Promise<Picked> {
  const base64 = await page.evaluate(
    async ([kind, seed]) => {
      const at = (from: number, to: number, salt: number) => {
        const share = Math.abs(Math.sin(seed * 12.9898 + salt * 78.233) * 43758.5453) % 1;
        return from + (to - from) * share;
      };
      const canvas = new OffscreenCanvas(96, 96);
      const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
      const fill = (color: string, draw: () => void) => {
        context.fillStyle = color;
        draw();
      };
      const ellipse = (x: number, y: number, width: number, height: number) => {
        context.beginPath();
        context.ellipse(x, y, width, height, 0, 0, 7);
        context.fill();
      };
      const [x, y] = [at(25, 55, 1), at(45, 60, 2)];
      if (kind === "ship") {
        fill(`hsl(205 60% ${at(70, 85, 3)}%)`, () => context.fillRect(0, 0, 96, 96));
        fill(`hsl(${at(195, 220, 4)} 60% ${at(30, 45, 5)}%)`, () => context.fillRect(0, y, 96, 96));
        fill(`hsl(0 0% ${at(80, 98, 6)}%)`, () => context.fillRect(x, y - 16, at(15, 30, 7), 14));
        fill(`hsl(${at(0, 360, 8)} 50% 35%)`, () => context.fillRect(x - 12, y - 3, at(45, 60, 9), 11));
      } else {
        fill(`hsl(${at(80, 120, 3)} 40% ${at(30, 45, 4)}%)`, () => context.fillRect(0, 0, 96, 96));
        const coat = `hsl(${at(20, 40, 5)} ${at(30, 55, 6)}% ${at(30, 55, 7)}%)`;
        fill(coat, () => ellipse(x + 10, y + 10, at(20, 27, 8), at(13, 17, 9)));
        fill(coat, () => ellipse(x - 12, y - 6, 11, 10));
        fill("hsl(25 30% 15%)", () => ellipse(x - 16, y - 8, 2, 2));
      }
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    },
    [kind, seed] as const,
  );
  return { name: `${kind}-${seed}.png`, mimeType: "image/png", buffer: Buffer.from(base64, "base64") };
}
