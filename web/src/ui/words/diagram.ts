/** What the time-space diagram says. */
import { words } from "../../messages/language";

export const diagramWords = words({
  en: {
    "diagram.open": "Time-space diagram",
    "diagram.title": "Time-space diagram",
    "diagram.close": "Close the time-space diagram",
    "diagram.unnamed": "Street without a name",
    "diagram.direction": "Other direction",
    "diagram.span": "Time that is shown",
    "diagram.minutes": "{n} min",
    "diagram.now": "{count} vehicles on {length}",
    "diagram.now.speed": "{count} vehicles on {length}, {speed} on average",
    "diagram.canvas": "Time-space diagram of {street}: time from left to right, distance along the street upward, a line for every vehicle, red and green bars where lights stand.",
    "diagram.light.red": "red light",
    "diagram.light.green": "green light",
    "help.key.diagram": "Time-space diagram of the chosen street",
  },
  zh: {
    "diagram.open": "时空图",
    "diagram.title": "时空图",
    "diagram.close": "关闭时空图",
    "diagram.unnamed": "无名道路",
    "diagram.direction": "反方向",
    "diagram.span": "显示的时间",
    "diagram.minutes": "{n} 分钟",
    "diagram.now": "{length}上有 {count} 辆车",
    "diagram.now.speed": "{length}上有 {count} 辆车，平均 {speed}",
    "diagram.canvas": "{street}的时空图：时间从左到右，沿路距离向上，每辆车一条线，信号灯处为红绿条。",
    "diagram.light.red": "红灯",
    "diagram.light.green": "绿灯",
    "help.key.diagram": "所选道路的时空图",
  },
});
