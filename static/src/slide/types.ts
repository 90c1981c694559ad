/** What the server says of a whole slide (docs/wire.md, section 1). */

export interface SlideLevel {
  width: number;
  height: number;
  /** Width and height of a tile. */
  tile: [number, number];
  /** Columns and rows of tiles. */
  grid: [number, number];
  /** It was not sent by the scanner. */
  made: boolean;
}

export interface SlideIndex {
  kind: 'slide';
  series: string;
  study: string;
  version: string;
  /** Of the finest level. */
  sop: string;
  width: number;
  height: number;
  /** Between rows and between columns, in millimetres; null where nothing says how large a pixel is. */
  spacing: [number, number] | null;
  /** The magnification that the scan supports. */
  objective: number | null;
  /** From the finest to the coarsest. */
  levels: SlideLevel[];
  pictures: { label: object | null; overview: object | null; thumbnail: object | null };
  container: string;
  specimens: { id: string; description: string; anatomy: string; stains: string[] }[];
  optical_paths: { id: string; description: string; objective: number | null; profile: boolean }[];
  lossy: boolean;
  lossy_ratio: number | null;
  left_out: string[];
}
