/** What the search says. */
import { words } from "../../messages/language";

export const searchWords = words({
  en: {
    "search.label": "Search streets, places, stops, buildings",
    "search.placeholder": "Search the city",
    "search.none": "Nothing is called that here.",
    "search.failed": "The search did not answer.",
    "search.count": "{n} results",
    "search.clear": "Clear the search",
    "help.key.search": "Search",
  },
  zh: {
    "search.label": "搜索道路、地点、站点、建筑",
    "search.placeholder": "搜索城市",
    "search.none": "这里没有叫这个名字的地方。",
    "search.failed": "搜索没有应答。",
    "search.count": "{n} 条结果",
    "search.clear": "清除搜索",
    "help.key.search": "搜索",
  },
});
