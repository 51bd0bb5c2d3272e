import { appConfig } from "../shell/vite/appConfig.ts";

// No model ships with it: they are what people open in it.
export default appConfig({ models: [] });
