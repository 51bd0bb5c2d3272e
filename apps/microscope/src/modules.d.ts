declare module "virtual:code-lines" {
  import type { CodeLine } from "./flow/codeLine.ts";

  const lines: Readonly<Record<string, CodeLine>>;
  export default lines;
}
