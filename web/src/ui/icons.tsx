/** Line icons on a 24-unit grid, drawn for this page. */
import type { JSX } from "preact";

/** Paths of lines. */
export const ICONS = {
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.3 15.3 20 20",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8.5 6v12M15.5 6v12",
  layers: "M12 4 3.5 8.5 12 13l8.5-4.5zM4 12.5l8 4.3 8-4.3M4 16.3l8 4.3 8-4.3",
  share: "M12 15V4M8 7.5 12 3.5l4 4M6 11.5H5v9h14v-9h-1",
  help: "M9.2 9.3a2.9 2.9 0 1 1 4.3 2.6c-1 .6-1.5 1.1-1.5 2.3M12 17.4v.1M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17",
  close: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  follow: "M12 3v4M12 17v4M3 12h4M17 12h4M12 7.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9",
  goto: "M4.5 11.2 19.5 4.5l-6.7 15-1.9-6.4z",
  plus: "M12 5.5v13M5.5 12h13",
  minus: "M5.5 12h13",
  orbit: "M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M20 8.5c1.8 2.6-.5 6.4-5 8.4s-9 1.600-10.800-1S5 9.500 9.500 7.500c1.500-.7 3-1.100 4.500-1.200M12.300 4l2.200 2.200-2 2.400",
  fly: "M3.500 13.500 20.500 4l-5 16-4-6.500zM11.500 13.500l9-9.500",
  walk: "M13 3.800a1.300 1.300 0 1 0 0 2.600 1.300 1.300 0 0 0 0-2.600M8 11.500l2.500-3 2.500.500 1 3 3 1.500M11 8.700l-.800 5.300 3 2.500 1 4M10 14.500 8.800 18 6.500 20.500",
  people: "M9 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M3.500 19c0-3 2.400-5 5.500-5s5.500 2 5.500 5M15.500 5.300a3 3 0 0 1 0 5.400M17 14.300c2.100.600 3.500 2.300 3.500 4.700",
  car: "M4.500 16.500v-4l2-5h11l2 5v4zM4.500 12.500h15M7.500 16.500v1.800M16.500 16.500v1.800",
  building: "M6 20V5l7-1.500V20M13 9h5v11M4 20h16M8.500 8h2M8.500 11.500h2M8.500 15h2",
  road: "M8 4 4.500 20M16 4l3.500 16M12 5v2.500M12 11v2.500M12 17v2.500",
  signal: "M8.500 3.500h7v17h-7zM12 6.200a1.300 1.300 0 1 0 0 2.600 1.300 1.300 0 0 0 0-2.600M12 10.700a1.300 1.300 0 1 0 0 2.600 1.300 1.300 0 0 0 0-2.600M12 15.200a1.300 1.300 0 1 0 0 2.600 1.300 1.300 0 0 0 0-2.600",
  stop: "M6 4.500h12v11H6zM6 11h12M8.500 15.500v3M15.500 15.500v3",
  place: "M12 20.500c4-4.600 6-7.800 6-10.500a6 6 0 0 0-12 0c0 2.700 2 5.900 6 10.500M12 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4",
  area: "M4.500 7.500 11 4l8.500 3-1.500 10-9 3-5-4z",
  line: "M5 18.500c6 0 3-13 14-13M5 18.500h.100M19 5.500h.100",
  diagram: "M4.500 4v15.500H20M7.500 16.500l3.500-5.500h3l4-6M12.500 16.500l3-4.500h2l2.500-3.500",
  link: "M10 14a4 4 0 0 0 5.700 0l3-3A4 4 0 0 0 13 5.300l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3A4 4 0 0 0 11 18.700l1-1",
  barrier: "M3.500 7.500h17v5h-17zM7 12.500v7M17 12.500v7M8.500 7.500l-3.500 5M14 7.500l-3.500 5M19.500 7.500l-3.500 5",
  warning: "M12 4 3 19.500h18zM12 10v4.500M12 17v.100",
} as const;

export type IconName = keyof typeof ICONS;

/** One of these, or the lines of a part that brings its own. */
export function Icon({ name, path, size = 20 }: { name?: IconName; path?: string; size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={path ?? (name && ICONS[name])} />
    </svg>
  );
}

/** The mark of Cosmopolis: three blocks of a model on a site. */
export function Mark({ size = 26 }: { size?: number }): JSX.Element {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path class="mark-site" d="M2 22 16 14.500 30 22 16 29.500z" />
      <path class="mark-wall" d="M8 12l5-2.700v11.400L8 23.300zM18 6l5-2.700v16.400l-5 2.700z" />
      <path class="mark-lit" d="M8 12 5 10.400v11.200l3 1.700zM18 6l-3-1.600v16.600l3 1.700z" />
      <path class="mark-roof" d="M5 10.400 10 7.700l3 1.600L8 12zM15 4.400l5-2.700 3 1.600L18 6z" />
    </svg>
  );
}
