import { checkRecord, describeArgument } from "@qkv/ops";
import type { Params } from "./params.ts";

/**
 * Refuses to make a module of what are no parameters, or of a config that is none.
 *
 * @param records the config or options, by name
 * @throws RangeError saying what came instead
 */
export function checkModule(who: string, params: Params, records: Readonly<Record<string, object>> = {}): void {
  if (typeof params?.get !== "function") {
    throw new RangeError(
      `${who}: expected params to be a scope of Params, such as Params.initialized(), got ${describeArgument(params)}`,
    );
  }
  for (const name in records) checkRecord(who, name, records[name]);
}
