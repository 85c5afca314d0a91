/** The codes of the wire that the scene draws by: `src/cosmopolis/city/words.py`. */

export const Street = { MOTORWAY: 0, TERTIARY_LINK: 9, UNCLASSIFIED: 10, RESIDENTIAL: 11, LIVING_STREET: 12, SERVICE: 13, BUSWAY: 14, RACEWAY: 15, TRACK: 16, PEDESTRIAN: 17, FOOTWAY: 18, CYCLEWAY: 19, PATH: 20, STEPS: 21 } as const;
export const Mode = { CAR: 1, TRUCK: 2, BUS: 4, MOTORCYCLE: 8, BICYCLE: 16 } as const;
export const Turn = { THROUGH: 1, LEFT: 2, RIGHT: 4, U_TURN: 8 } as const;
export const Control = { DEAD_END: 0, CONTINUATION: 1, PRIORITY: 2, RIGHT_BEFORE_LEFT: 3, ALL_WAY_STOP: 4, SIGNAL: 5, ROUNDABOUT: 6, BORDER: 7 } as const;
export const Use = { UNKNOWN: 0, RESIDENTIAL: 1, OFFICE: 2, RETAIL: 3, INDUSTRIAL: 4, SCHOOL: 5, HOSPITAL: 6, HOTEL: 7, CULTURE: 8, TRANSPORT: 9, CIVIC: 10, WORSHIP: 11, SPORT: 12, PARKING: 13, MIXED: 14, OUTBUILDING: 15 } as const;
export const Roof = { FLAT: 0, GABLED: 1, HIPPED: 2, PYRAMIDAL: 3, DOME: 4, SKILLION: 5, ROUND: 6, MESH: 7 } as const;
export const Vehicle = { CAR: 0, VAN: 1, TRUCK: 2, BUS: 3, ARTICULATED_BUS: 4, MOTORCYCLE: 5, E_BIKE: 6, EMERGENCY: 7 } as const;
export const Transit = { BUS: 0, METRO: 1, TRAM: 2, RAIL: 3, FERRY: 4 } as const;
export const EdgeFlag = { BRIDGE: 1, TUNNEL: 2, ROUNDABOUT: 4, TOLL: 8 } as const;
export const AreaLayer = { LAND: 0, GREEN: 1, WATER: 2 } as const;
