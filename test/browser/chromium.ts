import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

// Those of the second line keep it from calling home.
const FLAGS = [
  ...["--no-sandbox", "--disable-quic", "--no-first-run", "--no-default-browser-check"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps"],
];

/** Starts Chromium without a window; the one that QKV_CHROMIUM names, or that of the system. */
export function launchChromium(...flags: string[]): Promise<Browser> {
  const executablePath = process.env["QKV_CHROMIUM"] ?? PLACES.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error(`expected Chromium at ${PLACES.join(" or ")}, got nothing`);
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
}

/** What came of a page. */
export interface PageOutcome {
  /** What its element #result says. */
  readonly result: unknown;
  /** What the browser had to say about it. */
  readonly printed: readonly string[];
  /** The WebAssembly files that it asked for. */
  readonly wasm: readonly string[];
}

/** Opens a page and waits for its element #result. */
export async function resultOf(browser: Pick<Browser, "newPage">, url: string): Promise<PageOutcome> {
  const page = await browser.newPage();
  const printed: string[] = [];
  const wasm: string[] = [];
  page.on("request", (request) => {
    const file = new URL(request.url()).pathname.split("/").at(-1) ?? "";
    if (file.endsWith(".wasm")) wasm.push(file);
  });
  page.on("console", (message) => printed.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => printed.push(`error: ${error.message}`));
  try {
    await page.goto(url);
    const text = await page.locator("#result").textContent({ timeout: 120_000 });
    return { result: JSON.parse(text ?? "null") as unknown, printed, wasm };
  } catch (error) {
    throw new Error(`${url}: no result; the console says: ${printed.join("\n")}`, { cause: error });
  } finally {
    await page.close();
  }
}
