/** What the buttons of the camera say. */
import { words } from "../../messages/language";

export const cameraWords = words({
  en: {
    "camera.label": "Camera",
    "camera.orbit": "Orbit",
    "camera.fly": "Fly",
    "camera.walk": "Walk",
    "camera.north": "Turn to the north",
    "camera.in": "Closer",
    "camera.out": "Further away",
    "help.key.modes": "Orbit, fly, walk",
    "help.key.move": "Move",
    "help.key.north": "Turn to the north",
    "help.key.zoom": "Closer, further away",
  },
  zh: {
    "camera.label": "镜头",
    "camera.orbit": "环绕",
    "camera.fly": "飞行",
    "camera.walk": "步行",
    "camera.north": "转向正北",
    "camera.in": "靠近",
    "camera.out": "远离",
    "help.key.modes": "环绕、飞行、步行",
    "help.key.move": "移动",
    "help.key.north": "转向正北",
    "help.key.zoom": "靠近、远离",
  },
});
