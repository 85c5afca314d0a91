/** What where the city comes from says. */
import { words } from "../../messages/language";

export const sourcesWords = words({
  en: {
    "sources.title": "Where this city comes from",
    "sources.short": "Sources",
    "sources.intro": "Every layer says whether it was measured, modelled or invented.",
    "sources.licence": "Licence",
    "sources.date": "As of {date}",
    "sources.layers": "Used for",
  },
  zh: {
    "sources.title": "这座城市的数据从何而来",
    "sources.short": "来源",
    "sources.intro": "每个图层都说明它是实测、推算还是虚构。",
    "sources.licence": "许可",
    "sources.date": "截至 {date}",
    "sources.layers": "用于",
  },
});
