/** Bakes the bone texture beside the page: half a second in which pictures go on. */
import { bakedHalves } from "./bake";

self.onmessage = () => {
  const baked = bakedHalves();
  self.postMessage(baked, { transfer: [baked.data.buffer as ArrayBuffer] });
};
