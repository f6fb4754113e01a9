import { NothingHere } from "../../parts";
import { path, place, spoken } from "../../state/place";
import { Alerts } from "./Alerts";
import { Incidents } from "./Incidents";
import { IncidentView } from "./IncidentView";
import { Overview } from "./Overview";
import { SeriesView } from "./SeriesView";
import "./Page.css";

const SERIES = "/scars/series/";
const INCIDENTS = "/scars/incidents";

/** All series with their scars, one of them, incidents, or alerts: by the path. */
export default function Page() {
  const here = path.value;
  const after = (start: string) => spoken(here.slice(start.length));
  if (here.startsWith(SERIES)) return <SeriesView key={here} series={after(SERIES)} />;
  if (here.startsWith(`${INCIDENTS}/`)) return <IncidentView key={here} id={after(`${INCIDENTS}/`)} />;
  if (here === INCIDENTS) return <Incidents />;
  // A notice links to the page of scars with what is to be silenced.
  if (here === "/scars/alerts" || place.value.query.has("silence")) return <Alerts />;
  return ["/scars", "/scars/"].includes(here) ? <Overview /> : <NothingHere />;
}
