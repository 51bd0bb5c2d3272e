import { render } from "preact";
import "./style.css";
import { App } from "./App.tsx";
import { openShipped } from "./session.ts";

render(<App />, document.getElementById("app") ?? document.body);
openShipped();
