import { checkRecord, describeArgument } from "@qkv/ops";
import type { Params } from "./params.ts";

/**
 * Refuses to construct a module from a value that is no `Params`, or from a config that is no object.
 *
 * @param records the config or options, by name
 * @throws RangeError naming what came instead
 */
export function checkModule(who: string, params: Params, records: Readonly<Record<string, object>> = {}): void {
  if (typeof params?.named !== "function") {
    throw new RangeError(
      `${who}: expected params to be a scope of Params, such as Params.initialized(), got ${describeArgument(params)}`,
    );
  }
  for (const name in records) checkRecord(who, name, records[name]);
}
