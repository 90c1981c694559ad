/** The microscope: OpenSeadragon showing one slide, spoken to in micrometres. Fetched when the first slide is opened. */

import OpenSeadragon from 'openseadragon';
import { fits, pixelOf, upright, type Area, type Place } from './scale';
import { sourceOf } from './source';
import type { SlideIndex } from './types';

/** Bytes of decoded tiles held for each slide that is shown. */
const HELD = 160 << 20;
const AT_ONCE = 8;
/** Degrees of one step of the wheel. */
const TURN = 5;
const NEVER_SMALLER = 0.5;
const LARGEST_PIXEL = 8;

export interface Watching {
  /** What is seen moved or was drawn. */
  drawn(): void;
  /** All that belongs there is there, or not yet. */
  sharp(isSharp: boolean): void;
  /** A tile was fetched, or could not be; it is tried again. */
  came(tile: string, itDid: boolean): void;
}

export class Scope {
  private readonly viewer: OpenSeadragon.Viewer;
  private readonly pixel: Place;

  constructor(
    element: HTMLElement,
    map: HTMLElement,
    private readonly index: SlideIndex,
    key: string,
    watching: Watching,
  ) {
    this.pixel = pixelOf(index);
    withoutStyle();
    const [wide, high] = index.levels[0]!.tile;
    const mouse = { scrollToZoom: true, clickToZoom: false, dblClickToZoom: false, dragToPan: true, flickEnabled: false, pinchToZoom: true };
    this.viewer = OpenSeadragon({
      element,
      drawer: 'canvas',
      showNavigationControl: false,
      showNavigator: true,
      navigatorElement: map,
      navigatorDisplayRegionColor: '#b3261e',
      animationTime: 0.2,
      springStiffness: 8,
      zoomPerScroll: 1.25,
      visibilityRatio: 0.15,
      minZoomImageRatio: NEVER_SMALLER,
      maxZoomPixelRatio: LARGEST_PIXEL,
      immediateRender: false,
      imageLoaderLimit: AT_ONCE,
      maxTilesPerFrame: AT_ONCE, // it begins one with each picture it paints, which on a busy machine are few
      tileRetryMax: 2,
      maxImageCacheCount: Math.max(40, Math.floor(HELD / (wide * high * 4))),
      gestureSettingsMouse: mouse,
      gestureSettingsTouch: mouse,
      gestureSettingsPen: mouse,
    } as OpenSeadragon.Options);
    this.viewer.canvas.tabIndex = -1; // the viewport around it has the focus, and its keys
    this.viewer.addHandler('canvas-key', (event) => (event.preventDefaultAction = true));
    this.viewer.addHandler('canvas-scroll', (event) => {
      const { shiftKey } = event.originalEvent as WheelEvent;
      if (!shiftKey) return;
      event.preventDefaultAction = true;
      this.turn(event.scroll > 0 ? -TURN : TURN);
    });
    this.viewer.addHandler('update-viewport', () => watching.drawn());
    this.viewer.addHandler('rotate', () => watching.drawn());
    this.viewer.addTiledImage({
      tileSource: sourceOf(index, key, (tile, itDid) => watching.came(tile, itDid)),
      success: (event) => {
        const image = (event as unknown as { item: OpenSeadragon.TiledImage }).item;
        image.setClip(new OpenSeadragon.Rect(0, 0, index.width, index.height));
        image.addHandler('fully-loaded-change', ({ fullyLoaded }) => watching.sharp(fullyLoaded));
      },
    });
  }

  close(): void {
    this.viewer.destroy();
  }

  private get size(): Place {
    const { x, y } = this.viewer.viewport.getContainerSize();
    return [x, y];
  }

  /** Micrometres of a pixel of the screen. */
  get micrometres(): number {
    const { viewport } = this.viewer;
    return (viewport.getBoundsNoRotate(true).width * this.index.width * this.pixel[0]) / this.size[0];
  }

  area(): Area {
    const { viewport } = this.viewer;
    const { x, y } = viewport.getCenter(true);
    const [width, height] = this.size;
    const one = this.micrometres;
    return { centre: this.fromViewer(x, y), height: one * height, width: one * width, rotation: upright(viewport.getRotation(true)) };
  }

  /** Shows at least the area, whatever the shape of this viewport. */
  show(area: Area): void {
    const { viewport } = this.viewer;
    const [width, height] = this.size;
    viewport.setRotation(area.rotation, true);
    viewport.zoomTo(this.zoomFor(fits(area, width, height)), undefined, true);
    viewport.panTo(this.toViewer(area.centre), true);
  }

  /** So that a pixel of the screen shows so many micrometres. */
  magnify(micrometres: number): void {
    this.viewer.viewport.zoomTo(this.zoomFor(micrometres));
  }

  zoom(by: number): void {
    this.viewer.viewport.zoomBy(by);
    this.viewer.viewport.applyConstraints();
  }

  pan(x: number, y: number): void {
    const { viewport } = this.viewer;
    viewport.panBy(viewport.deltaPointsFromPixels(new OpenSeadragon.Point(x, y).rotate(-viewport.getRotation())));
    viewport.applyConstraints();
  }

  turn(by: number): void {
    const { viewport } = this.viewer;
    viewport.setRotation(upright(viewport.getRotation() + by));
  }

  /** All of the slide, upright. */
  whole(): void {
    this.viewer.viewport.setRotation(0, true);
    this.viewer.viewport.goHome(false);
  }

  placeOf([x, y]: Place): Place {
    const found = this.viewer.viewport.pixelFromPoint(this.toViewer([x, y]), true);
    return [found.x, found.y];
  }

  pointAt([x, y]: readonly [number, number]): Place {
    const found = this.viewer.viewport.pointFromPixel(new OpenSeadragon.Point(x, y), true);
    return this.fromViewer(found.x, found.y);
  }

  private zoomFor(micrometres: number): number {
    return (this.index.width * this.pixel[0]) / (this.size[0] * micrometres);
  }

  private toViewer([x, y]: Place): OpenSeadragon.Point {
    return new OpenSeadragon.Point(x / this.pixel[0] / this.index.width, y / this.pixel[1] / this.index.width);
  }

  private fromViewer(x: number, y: number): Place {
    return [x * this.index.width * this.pixel[0], y * this.index.width * this.pixel[1]];
  }
}

/** It would put a style sheet of its own into the page, which our policy forbids, unless it finds one there. */
function withoutStyle(): void {
  const name = 'data-openseadragon-mobile-css';
  if (document.querySelector(`style[${name}]`) !== null) return;
  const style = document.createElementNS('urn:mdt:nothing', 'style'); // found by that name, and no style sheet
  style.setAttribute(name, 'true');
  document.head.append(style);
}
