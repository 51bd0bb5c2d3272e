import { printable } from "@qkv/visualize";
import cliProgress from "cli-progress";

/** A progress bar on standard error, or nothing where that is no terminal. */
export interface ProgressBar {
  update(done: number, details?: Readonly<Record<string, string>>): void;
  stop(): void;
}

const SILENT: ProgressBar = { update: () => undefined, stop: () => undefined };

/** @param label what is going on  @param total the count at which it is done  @param details shown behind the bar */
export function progressBar(label: string, total: number, details = ""): ProgressBar {
  if (!process.stderr.isTTY) return SILENT;
  const bar = new cliProgress.SingleBar({
    format: `{label} {bar} {percentage}% {value}/{total} ${details}`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
  });
  const noDetails = Object.fromEntries([...details.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, ""]));
  bar.start(total, 0, { ...noDetails, label: printable(label) });
  return { update: (done, values = {}) => bar.update(done, values), stop: () => bar.stop() };
}
