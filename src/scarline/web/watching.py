"""The routers of what is watched: scars, marks, incidents, metrics."""

from scarline.web import incidents, metrics, scars, scars_marking

routers = (scars_marking.router, scars.router, incidents.router, metrics.router)
