import { render } from "preact";
import { App } from "./shell/App";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/shell.css";

// Beside the entry, in one file: what pages share.
export * from "./api/client";
export * from "./api/useAsked";
export * from "./parts";

const root = document.getElementById("app");
if (root) render(<App />, root);
