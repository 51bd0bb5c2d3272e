export { addonPath } from "./addonPath.ts";
