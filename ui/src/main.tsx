import { render } from "preact";
import { pageAt } from "./pages";
import { App } from "./shell/App";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/shell.css";

// Beside the entry, in one file: what pages share.
export * from "./api/client";
export * from "./api/useAsked";
export * from "./parts";

// The page's script and what it shows come while what is around it is drawn.
const first = pageAt(location.pathname);
first?.early?.();
first?.load().catch(() => undefined); // asked for again, and told of, where it is drawn

const root = document.getElementById("app");
if (root) render(<App />, root);
