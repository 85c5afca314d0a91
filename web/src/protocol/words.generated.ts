/**
 * The codes of the wire, lengths of vehicles and limits. Generated from the server's sources, so do not edit it:
 *
 *     python -m cosmopolis.world.client_words
 */

/** words.Provenance */
export const Provenance = {
  MEASURED: 0,
  MODELLED: 1,
  INVENTED: 2,
} as const;

/** words.Mode */
export const Mode = {
  CAR: 1,
  TRUCK: 2,
  BUS: 4,
  MOTORCYCLE: 8,
  BICYCLE: 16,
  PEDESTRIAN: 32,
  EMERGENCY: 64,
  TAXI: 128,
  RAIL: 256,
} as const;

/** words.StreetKind */
export const Street = {
  MOTORWAY: 0,
  MOTORWAY_LINK: 1,
  TRUNK: 2,
  TRUNK_LINK: 3,
  PRIMARY: 4,
  PRIMARY_LINK: 5,
  SECONDARY: 6,
  SECONDARY_LINK: 7,
  TERTIARY: 8,
  TERTIARY_LINK: 9,
  UNCLASSIFIED: 10,
  RESIDENTIAL: 11,
  LIVING_STREET: 12,
  SERVICE: 13,
  BUSWAY: 14,
  RACEWAY: 15,
  TRACK: 16,
  PEDESTRIAN: 17,
  FOOTWAY: 18,
  CYCLEWAY: 19,
  PATH: 20,
  STEPS: 21,
} as const;

/** words.Turn */
export const Turn = {
  THROUGH: 1,
  LEFT: 2,
  RIGHT: 4,
  U_TURN: 8,
  SLIGHT_LEFT: 16,
  SLIGHT_RIGHT: 32,
  SHARP_LEFT: 64,
  SHARP_RIGHT: 128,
  MERGE: 256,
} as const;

/** words.Control */
export const Control = {
  DEAD_END: 0,
  CONTINUATION: 1,
  PRIORITY: 2,
  RIGHT_BEFORE_LEFT: 3,
  ALL_WAY_STOP: 4,
  SIGNAL: 5,
  ROUNDABOUT: 6,
  BORDER: 7,
} as const;

/** words.Light */
export const Light = {
  RED: 0,
  YELLOW: 1,
  GREEN_PERMISSIVE: 2,
  GREEN_PROTECTED: 3,
  OFF: 4,
  GREEN_ARROW: 5,
} as const;

/** words.BuildingUse */
export const Use = {
  UNKNOWN: 0,
  RESIDENTIAL: 1,
  OFFICE: 2,
  RETAIL: 3,
  INDUSTRIAL: 4,
  SCHOOL: 5,
  HOSPITAL: 6,
  HOTEL: 7,
  CULTURE: 8,
  TRANSPORT: 9,
  CIVIC: 10,
  WORSHIP: 11,
  SPORT: 12,
  PARKING: 13,
  MIXED: 14,
  OUTBUILDING: 15,
} as const;

/** words.Roof */
export const Roof = {
  FLAT: 0,
  GABLED: 1,
  HIPPED: 2,
  PYRAMIDAL: 3,
  DOME: 4,
  SKILLION: 5,
  ROUND: 6,
  MESH: 7,
} as const;

/** words.LandUse */
export const LandUse = {
  UNKNOWN: 0,
  RESIDENTIAL: 1,
  COMMERCIAL: 2,
  RETAIL: 3,
  INDUSTRIAL: 4,
  CIVIC: 5,
  EDUCATION: 6,
  HEALTH: 7,
  TRANSPORT: 8,
  CONSTRUCTION: 9,
  FARMLAND: 10,
  PLAZA: 11,
  PARKING: 12,
  SPORT: 13,
  PARK: 20,
  GRASS: 21,
  FOREST: 22,
  GARDEN: 23,
  SAND: 24,
  CEMETERY: 25,
  WETLAND: 26,
  RIVER: 40,
  LAKE: 41,
  CANAL: 42,
  POOL: 43,
  SEA: 44,
} as const;

/** words.TransitMode */
export const Transit = {
  BUS: 0,
  METRO: 1,
  TRAM: 2,
  RAIL: 3,
  FERRY: 4,
} as const;

/** words.VehicleKind */
export const Vehicle = {
  CAR: 0,
  VAN: 1,
  TRUCK: 2,
  BUS: 3,
  ARTICULATED_BUS: 4,
  MOTORCYCLE: 5,
  E_BIKE: 6,
  EMERGENCY: 7,
} as const;

/** edge_flags (SPEC 3.1) */
export const EdgeFlag = {
  BRIDGE: 1,
  TUNNEL: 2,
  ROUNDABOUT: 4,
  TOLL: 8,
} as const;

/** area_layer (SPEC 4.1) */
export const AreaLayer = {
  LAND_USE: 0,
  GREEN: 1,
  WATER: 2,
} as const;

/** m, by words.VehicleKind */
export const VEHICLE_LENGTH: readonly number[] = [4.6, 5.5, 9, 12, 18, 2.2, 1.8, 6];

/** Paths that one client may watch (SPEC 5.2). */
export const MOST_PATHS = 1000;
