import { path, spoken } from "../../state/place";
import { List } from "./List";
import { Story } from "./Story";
import "./Page.css";

const WHERE = "/runs/";

/** All runs; or one of them, by the name in the path. */
export default function Page() {
  const here = path.value;
  const name = here.startsWith(WHERE) ? spoken(here.slice(WHERE.length)) : "";
  return name ? <Story key={name} name={name} /> : <List />;
}
