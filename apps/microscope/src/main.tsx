import { showPage } from "@qkv/app-shell";
import "./style.css";
import { App } from "./App.tsx";
import { openShipped } from "./models.ts";

openShipped();
showPage(<App />);
