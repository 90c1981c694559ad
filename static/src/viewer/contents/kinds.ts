/** Which content shows what: one line for each kind. */

import type { SeriesSummary } from '../../imaging/types';
import type { Pane as PaneView } from '../../room/protocol';
import type { Content, Holder, Kind } from './content';
import { SlideContent } from '../../slide/content';
import { RenderingContent } from '../rendering/content';
import { PlaneContent } from '../volume/plane';
import { VolumeContent } from '../volume/whole';
import { PaperContent } from './paper';
import { StackContent } from './stack';

const MAKE: Record<Kind, (holder: Holder) => Content> = {
  image: (holder) => new StackContent(holder),
  paper: (holder) => new PaperContent(holder),
  plane: (holder) => new PlaneContent(holder),
  volume: (holder) => new VolumeContent(holder),
  rendering: (holder) => new RenderingContent(holder),
  slide: (holder) => new SlideContent(holder),
};

export const make = (kind: Kind, holder: Holder): Content => MAKE[kind](holder);

/** The kind a series is shown in when nobody says otherwise. */
export const kindOf = (series: SeriesSummary): Kind => (series.kind === 'document' ? 'paper' : series.kind === 'slide' ? 'slide' : 'image');

/** The kind that somebody else shows it in: a view names every kind but images and documents, which the series tells. */
export const kindOfView = (view: PaneView, series: SeriesSummary): Kind => view.kind ?? kindOf(series);
