import { showPage } from "@qkv/app-shell";
import { App } from "./App.tsx";
import { openShipped } from "./models.ts";
import { translateWhileTyping } from "./typing.ts";
import "./style.css";

openShipped();
translateWhileTyping();
showPage(<App />);
