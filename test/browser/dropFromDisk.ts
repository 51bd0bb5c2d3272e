import type { Page } from "playwright-core";

/** Drops a file of this machine on the page, as it is: none of its bytes passes through the test. */
export async function dropFromDisk(page: Page, path: string): Promise<void> {
  await page.evaluate(() => {
    const input = document.createElement("input");
    Object.assign(input, { type: "file", id: "from-disk", hidden: true });
    document.body.append(input);
  });
  await page.locator("#from-disk").setInputFiles(path);
  await page.evaluate(() => {
    const input = document.querySelector<HTMLInputElement>("#from-disk");
    const dataTransfer = new DataTransfer();
    for (const file of input?.files ?? []) dataTransfer.items.add(file);
    input?.remove();
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  });
}
