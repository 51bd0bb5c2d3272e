import { showPage } from "@qkv/app-shell";
import { App } from "./App.tsx";
import "./style.css";

showPage(<App />);
