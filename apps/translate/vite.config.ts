import { readdirSync } from "node:fs";
import { appConfig } from "../shell/vite/appConfig.ts";

// Every model that ships and is named by a direction: en-fr, fr-en when it is there.
const directions = readdirSync(new URL("../../models", import.meta.url)).filter((name) =>
  /^[a-z]{2}-[a-z]{2}$/.test(name),
);

export default appConfig({ models: directions });
