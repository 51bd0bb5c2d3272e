import { showPage } from "@qkv/app-shell";
import "./style.css";
import { App } from "./App.tsx";
import { computeIn } from "./compute/useComputed.ts";

computeIn(() => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }));
showPage(<App />);
