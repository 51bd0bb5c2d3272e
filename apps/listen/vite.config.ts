import { appConfig } from "../shell/vite/appConfig.ts";

// No model ships with it: the smallest that hears well weighs 150 MB.
export default appConfig({ models: [] });
