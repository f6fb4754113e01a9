import { groupHere } from "./asking";
import { GroupPage } from "./GroupPage";
import { List } from "./List";
import "./Page.css";

/** The backlog of LLM failures: all groups, or one of them with its failures. */
export default function Page() {
  const group = groupHere();
  return group ? <GroupPage key={group} id={group} /> : <List />;
}
