import { showPage } from "@qkv/app-shell";
import "./style.css";
import { App } from "./App.tsx";
import { startBackend } from "./models.ts";
import { lookForKept } from "./training.ts";

startBackend();
lookForKept();
showPage(<App />);
