/** What the link to this view says. */
import { words } from "../../messages/language";

export const shareWords = words({
  en: {
    "share.label": "Share this view",
    "share.text": "Whoever opens this link stands where you stand, and as all share one clock, sees the same second.",
    "share.now": "It is {time} in the city now.",
    "share.copy": "Copy link",
    "share.copied": "Link copied",
    "share.notcopied": "The link could not be copied; it is in the address bar.",
    "share.arrived": "This view was shared at {then}. The city is at {now} now; all visitors share one clock.",
    "share.arrived.same": "This is the shared view. It is {now} for both of you.",
    "share.settime": "Set it to {then} for all",
  },
  zh: {
    "share.label": "分享此视角",
    "share.text": "打开此链接的人会站在您所在之处；大家共用一只时钟，看到的也是同一秒。",
    "share.now": "城市现在是 {time}。",
    "share.copy": "复制链接",
    "share.copied": "链接已复制",
    "share.notcopied": "无法复制链接；它在地址栏中。",
    "share.arrived": "此视角分享于 {then}。城市现在是 {now}；所有访客共用一只时钟。",
    "share.arrived.same": "这就是分享的视角。你们此刻都是 {now}。",
    "share.settime": "为所有人设为 {then}",
  },
});
