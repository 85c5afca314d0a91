/** Where a vehicle of the table is at this moment. */
import type { VehicleTable } from "../world/model";
import { motion, poseBetween } from "./vehicleshader";

export class Following {
  private row = -1;
  private version = -1;
  private readonly pose = [0, 0, 0, 0];

  /** x, y, z, heading as drawn; null where the vehicle is not in the table. */
  poseOf(id: number, table: VehicleTable): readonly number[] | null {
    if (this.version !== table.version || table.id[this.row] !== id) {
      this.version = table.version;
      this.row = table.id.subarray(0, table.count).indexOf(id);
    }
    if (this.row < 0) return null;
    return poseBetween(table.pose0, table.pose1, this.row, motion.uShare.value, this.pose);
  }
}

/** The id in the table whose low 24 bits are these, or -1: a picture has no room for more. */
export function idByLowBits(low: number, table: VehicleTable): number {
  for (let row = 0; row < table.count; row++) if ((table.id[row] & 0xffffff) === low) return table.id[row];
  return -1;
}
