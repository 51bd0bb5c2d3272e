import { showPage } from "@qkv/app-shell";
import { App } from "./App.tsx";
import { openShipped } from "./models.ts";
import "./style.css";

openShipped();
showPage(<App />);
