import { path } from "../../state/place";
import { Overview } from "./Overview";
import { SeriesView } from "./SeriesView";
import "./Page.css";

const SERIES = "/scars/series/";

/** All series with their scars; or one of them, by the digest in the path. */
export default function Page() {
  const here = path.value;
  if (here.startsWith(SERIES)) {
    const series = decodeURIComponent(here.slice(SERIES.length));
    return <SeriesView key={series} series={series} />;
  }
  return <Overview />;
}
