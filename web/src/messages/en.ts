/**
 * What the page says, in English; a panel brings its own words (ui/words). `{name}` is filled in. Every key stands in
 * zh.ts too: a test holds them together.
 */
export const en = {
  "app.invented": "invented",
  "app.invented.why": "Nobody lives here: this city was made up from a seed, and is the same for everyone.",
  "app.people": "{n} people",

  "loading.city": "Asking for the city …",
  "loading.network": "Laying out the streets …",
  "loading.ground": "Bringing in water and green …",
  "loading.live": "Joining the others …",
  "loading.done": "Here we are.",

  "problem.webgl.title": "This browser cannot draw the city",
  "problem.webgl.text":
    "Cosmopolis draws with WebGL 2, and this browser does not offer it. Turn on hardware acceleration in its settings, or open the page in a current Chrome, Edge, Firefox or Safari.",
  "problem.context.title": "The graphics card has let go",
  "problem.context.text": "The browser took the drawing surface away, as it may after sleep or when memory is short. Reloading brings the city back; the view is kept.",
  "problem.failed.title": "The city could not be loaded",
  "problem.failed.text": "{reason}",
  "problem.retrying": "Trying again in {n} s",
  "problem.unreachable": "The server does not answer. Is it running, and is this device online?",
  "problem.refused.title": "This page and the server do not understand each other",
  "problem.reload": "Reload",
  "problem.retry": "Try again",

  "banner.gone": "The server is gone; trying again in {n} s",
  "banner.connecting": "The server is gone; trying again …",
  "banner.now": "Now",
  "banner.back": "Back again",

  "visitors": "{n} here now",
  "visitors.one": "Only you, for now",

  "provenance.measured": "measured",
  "provenance.modelled": "modelled",
  "provenance.invented": "invented",
  "provenance.measured.why": "Taken from data as it is.",
  "provenance.modelled.why": "Computed from data by rules or a run.",
  "provenance.invented.why": "Made up from a seed where there is no data.",

  "kind.building": "Building",
  "kind.place": "Place",
  "kind.edge": "Street",
  "kind.lane": "Lane",
  "kind.connection": "Turn",
  "kind.junction": "Junction",
  "kind.signal": "Signal",
  "kind.stop": "Stop",
  "kind.line": "Line",
  "kind.vehicle": "Vehicle",
  "kind.area": "Area",
  "kind.street": "Street",

  "unit.kmh": "{n} km/h",
  "unit.m": "{n} m",
  "unit.km": "{n} km",
  "unit.m2": "{n} m²",
  "unit.s": "{n} s",
  "unit.min": "{n} min",
  "unit.density": "{n} per km",
  "unit.persecond": "{n}/s",
  "unit.million": "{n} million/s",
  "yes": "yes",

  "toast.close": "Dismiss",

  "close": "Close",
};
