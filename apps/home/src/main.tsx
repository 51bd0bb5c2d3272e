import { showPage } from "@qkv/app-shell";
import "./style.css";
import { App } from "./App.tsx";

showPage(<App />);
