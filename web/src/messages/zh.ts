/** What the page says, in Chinese. The keys are those of en.ts. */
import type { en } from "./en";

export const zh: Record<keyof typeof en, string> = {
  "app.invented": "虚构",
  "app.invented.why": "这里无人真正居住：这座城市由一个种子生成，对每个人都一样。",
  "app.people": "{n} 人",

  "loading.city": "正在询问城市…",
  "loading.network": "正在铺设道路…",
  "loading.ground": "正在引入水系与绿地…",
  "loading.live": "正在与大家会合…",
  "loading.done": "到了。",

  "problem.webgl.title": "此浏览器无法绘制城市",
  "problem.webgl.text":
    "Cosmopolis 使用 WebGL 2 绘图，而此浏览器未提供。请在设置中开启硬件加速，或使用最新的 Chrome、Edge、Firefox 或 Safari 打开。",
  "problem.context.title": "显卡已中断绘图",
  "problem.context.text": "浏览器收回了绘图区域，休眠后或内存不足时可能发生。重新加载即可恢复，视角会保留。",
  "problem.failed.title": "城市无法加载",
  "problem.failed.text": "{reason}",
  "problem.retrying": "{n} 秒后重试",
  "problem.unreachable": "服务器没有应答。它在运行吗？此设备联网了吗？",
  "problem.refused.title": "此页面与服务器的协议不一致",
  "problem.reload": "重新加载",
  "problem.retry": "重试",

  "banner.gone": "服务器已断开，{n} 秒后重试",
  "banner.connecting": "服务器已断开，正在重试…",
  "banner.now": "立即重试",
  "banner.back": "已恢复连接",

  "visitors": "{n} 人在此",
  "visitors.one": "目前只有您",

  "provenance.measured": "实测",
  "provenance.modelled": "推算",
  "provenance.invented": "虚构",
  "provenance.measured.why": "直接取自数据。",
  "provenance.modelled.why": "由规则或模拟根据数据推算。",
  "provenance.invented.why": "没有数据之处，由种子生成。",

  "kind.building": "建筑",
  "kind.place": "地点",
  "kind.edge": "道路",
  "kind.lane": "车道",
  "kind.connection": "转向",
  "kind.junction": "路口",
  "kind.signal": "信号灯",
  "kind.stop": "站点",
  "kind.line": "线路",
  "kind.vehicle": "车辆",
  "kind.area": "区域",
  "kind.street": "道路",

  "unit.kmh": "{n} km/h",
  "unit.m": "{n} 米",
  "unit.km": "{n} 公里",
  "unit.m2": "{n} 平方米",
  "unit.s": "{n} 秒",
  "unit.min": "{n} 分钟",
  "unit.density": "每公里 {n} 辆",
  "unit.persecond": "{n}/秒",
  "unit.million": "{n} 百万/秒",
  yes: "是",

  "toast.close": "知道了",

  close: "关闭",
};
