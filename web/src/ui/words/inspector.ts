/** What the inspector says. */
import { words } from "../../messages/language";

export const inspectorWords = words({
  en: {
    "inspector.label": "What was clicked",
    "inspector.close": "Close",
    "inspector.follow": "Follow",
    "inspector.unfollow": "Stop following",
    "inspector.goto": "Go there",
    "inspector.gone": "It has reached its destination.",
    "inspector.missing": "There is nothing known about this.",
    "inspector.failed": "The server did not answer.",
    "inspector.where": "Source",
    "toast.arrived": "The vehicle you followed has arrived.",
    "help.key.follow": "Follow the chosen vehicle",
  },
  zh: {
    "inspector.label": "所选对象",
    "inspector.close": "关闭",
    "inspector.follow": "跟随",
    "inspector.unfollow": "停止跟随",
    "inspector.goto": "前往",
    "inspector.gone": "它已到达目的地。",
    "inspector.missing": "没有关于它的信息。",
    "inspector.failed": "服务器没有应答。",
    "inspector.where": "来源",
    "toast.arrived": "您跟随的车辆已到达。",
    "help.key.follow": "跟随所选车辆",
  },
});
