import { showPage } from "@qkv/app-shell";
import "./style.css";
import { App } from "./App.tsx";
import { startBackend } from "./models.ts";

startBackend();
showPage(<App />);
