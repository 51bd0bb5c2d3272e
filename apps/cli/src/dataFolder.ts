import { UsageError } from "./usageError.ts";

/** The folder that data files are named relative to: `--data`, or the environment variable QKV_DATA. */
export function dataFolder(option: string | undefined): string {
  const folder = option ?? process.env["QKV_DATA"];
  if (folder === undefined || folder === "") {
    throw new UsageError("expected a data folder by --data DIR or the environment variable QKV_DATA, got neither");
  }
  return folder;
}
