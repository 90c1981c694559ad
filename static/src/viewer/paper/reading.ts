/** A document that is being read: as high as all of it, in something that scrolls, and the parts it consists of. */

import type { DocumentSummary } from '../../imaging/types';
import type { Part } from './places';

export interface Reading {
  /** In order, from the top of what scrolls: of a PDF its pages. */
  parts(): Part[];
  /** How many pages it has, where it has any. */
  readonly pages: number | null;
  /** So many times as wide as what it lies in. */
  zoom(to: number): void;
  close(): void;
}

export interface Place {
  /** What scrolls. */
  scroller: HTMLElement;
  document: DocumentSummary;
  /** It has become longer or shorter, e.g. with the width of the viewport. */
  resized(): void;
  /** Some of it has been drawn. */
  painted(): void;
  signal: AbortSignal;
}

export type Reader = (place: Place) => Promise<Reading>;

export const addressOf = ({ key }: DocumentSummary): string => `/imaging/documents/${key}`;
