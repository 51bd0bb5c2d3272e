import { showPage } from "@qkv/app-shell";
import "./style.css";
import { App } from "./App.tsx";
import { showExample } from "./example.ts";
import { startBackend } from "./models.ts";

startBackend();
void showExample();
showPage(<App />);
