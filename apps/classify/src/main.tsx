import { showPage } from "@qkv/app-shell";
import "./style.css";
import { App } from "./App.tsx";
import { openShipped } from "./session.ts";

openShipped();
showPage(<App />);
