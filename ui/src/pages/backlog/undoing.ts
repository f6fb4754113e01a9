import { problemOf } from "../../api/useAsked";
import { toast } from "../../parts";
import { go } from "../../state/place";
import { type GroupTold, addressOf } from "./asking";
import { type Target, merge, split } from "./deciding";

/** A group of which nothing but the id and the version counts: for taking a decision back. */
const known = (id: string, version: number): Target => ({ id, version, title: "", state: "new" });

async function undone(act: Promise<unknown>, what: string, after: () => void): Promise<void> {
  try {
    await act;
    toast(`The ${what} was taken back.`);
    after();
  } catch (error) {
    const told = problemOf(error);
    const late = "Somebody decided about it since: look at it again.";
    toast(told.status === 412 ? late : told.message, true);
  }
}

/** Have back a group that was merged away. */
export function unmerge(group: string, version: number, after: () => void): void {
  void undone(merge(known(group, version), { into: null, why: "" }), "merge", after);
}

/** Have the parts of a group be one again. */
export function unsplit(group: string, version: number, after: () => void): void {
  void undone(split(known(group, version), { by: null, why: "" }), "split", after);
}

/** Put a part back into the group that it was split off, and go there. */
export function rejoin(part: string, from: NonNullable<GroupTold["split_from"]>): void {
  const after = () => go(addressOf(from.group));
  if (from.by !== null) unsplit(from.group, from.version, after);
  else {
    const body = { failures: [], part, why: "" };
    void undone(split(known(from.group, from.version), body), "split", after);
  }
}
