/** What every content has that Cornerstone's stack viewport shows: images as they were taken, and pictures made of a volume. */

import { Enums, type StackViewport } from '@cornerstonejs/core';
import { isInverted } from '../../imaging/nature';
import type { PresentationState } from '../../imaging/states';
import type { FrameInfo, Vector } from '../../imaging/types';
import { adjustStack, type Change } from '../adjust';
import { Cine, type Film } from '../cine';
import type { Hung } from '../hanging';
import { tone } from '../tone';
import { inverted } from '../view';
import { putAgainst, wallIn } from '../wall';
import type { Holder } from './content';

const { Events } = Enums;

export abstract class Stacked {
  readonly element = document.createElement('div');
  /** Where Cornerstone draws. */
  readonly image = document.createElement('div');
  protected readonly cine = new Cine();
  protected viewport: StackViewport | null = null;
  protected wanted: Hung | null = null;
  /** What was asked for last: an answer to an earlier question is dropped. */
  turn = 0;
  busy = false;
  /** How somebody chose that these images be seen; null is as they are stored. */
  state: PresentationState | null = null;
  /** Whether images are shown against their own nature, as black for white. */
  protected negative = false;
  /** Set while a view is applied from outside. */
  protected told = false;

  constructor(protected readonly holder: Holder) {
    this.image.className = 'pane-image';
    this.element.append(this.image);
    this.on(Events.STACK_NEW_IMAGE, () => this.came());
    this.on(Events.CAMERA_MODIFIED, () => this.moved());
    this.on(Events.COLORMAP_MODIFIED, () => this.tone());
    this.on(Events.VOI_MODIFIED, () => {
      this.tone();
      this.moved();
    });
    this.on(Events.IMAGE_RENDERED, () => this.rendered());
    const value = (place: readonly [number, number] | null): void => this.holder.overlay.say('value', place === null || this.at === null ? [] : this.measured(place));
    this.image.addEventListener('pointermove', ({ offsetX, offsetY }) => value([offsetX, offsetY]));
    this.image.addEventListener('pointerleave', () => value(null));
  }

  protected on<Detail>(name: string, act: (detail: Detail) => void): void {
    this.image.addEventListener(name, ((event: CustomEvent<Detail>) => act(event.detail)) as EventListener);
  }

  /** The viewport, once it shows something of this content's. */
  abstract get stack(): StackViewport | null;
  /** Which of the images is on the screen, counted from 0: not one that is still to come. */
  abstract get at(): number | null;
  abstract get frame(): FrameInfo | null;
  /** What makes SUV of the values shown, where anything does. */
  abstract get uptake(): number | null;
  protected abstract readonly viewportId: string;
  /** What a cine of it plays; null where there is nothing. */
  protected abstract get film(): Film | null;
  /** The words and graphics over the image, which has just been drawn. */
  protected abstract drawn(stack: StackViewport, frame: FrameInfo): void;
  /** The value under a place of the screen, in words. */
  protected abstract measured(place: readonly [number, number]): string[];

  get hung(): Hung | null {
    return this.wanted;
  }

  get playing(): boolean {
    return this.cine.playing;
  }

  /** The viewport is made when it is first needed: each costs the graphics memory and time. */
  protected enable(): StackViewport {
    if (this.viewport === null) {
      const { engine } = this.holder.around;
      const { viewportId } = this;
      engine.rendering.enableElement({ viewportId, type: Enums.ViewportType.STACK, element: this.image, defaultOptions: { background: [0, 0, 0] } });
      engine.add(viewportId);
      this.viewport = engine.rendering.getViewport(viewportId) as StackViewport;
      engine.fit(true); // the others share its canvas: left unmeasured, they would be drawn squeezed
    }
    return this.viewport;
  }

  // --- what hands and keys do -------------------------------------------------------------------------------------

  scroll(by: number): void {
    this.stack?.scroll(by, false);
  }

  goTo(at: number): void {
    const { stack } = this;
    if (stack !== null) this.scroll(Math.max(0, Math.min(stack.getImageIds().length - 1, at)) - stack.getTargetImageIdIndex());
  }

  adjust(change: Change): void {
    const { stack } = this;
    if (stack === null) return;
    adjustStack(stack, change, this.frame, this.uptake);
    this.settled(stack);
    stack.render();
    this.moved();
  }

  play(on: boolean): void {
    const { stack, film } = this;
    if (!on || stack === null || film === null) this.cine.stop();
    else this.cine.start(stack, film);
  }

  get speed(): number | null {
    const { film } = this;
    return this.stack !== null && film !== null && film.count > 1 ? this.cine.speedOf(film.seconds) : null;
  }

  pace(speed: number): void {
    this.cine.choose(speed);
  }

  resizing(): () => void {
    const { stack, at } = this;
    if (stack === null || at === null) return () => undefined;
    const view = stack.getViewPresentation();
    const wall = wallIn(stack);
    return () => {
      stack.setViewPresentation(view);
      if (wall !== null) putAgainst(stack, wall);
      stack.render();
    };
  }

  // --- where things are -------------------------------------------------------------------------------------------

  pointAt([x, y]: readonly [number, number]): Vector | null {
    return this.stack === null || this.frame === null ? null : (this.stack.canvasToWorld([x, y]) as Vector);
  }

  placeOf(point: Vector): [number, number] | null {
    return this.stack === null || this.frame === null ? null : (this.stack.worldToCanvas(point) as [number, number]);
  }

  // --- what Cornerstone tells -------------------------------------------------------------------------------------

  protected came(): void {
    this.righted();
    this.tone();
    this.moved();
  }

  /** Cornerstone keeps one inversion for a stack: where some of its images are MONOCHROME1, it is each image's own. */
  protected righted(): void {
    const { stack, frame, negative } = this;
    if (stack !== null && frame?.samples === 1 && inverted(stack, frame) !== negative) stack.setProperties({ invert: negative !== isInverted(frame) });
  }

  /** A hand, a state or somebody else has said how it is shown. */
  protected settled(stack: StackViewport): void {
    if (this.frame !== null) this.negative = inverted(stack, this.frame);
    this.tone();
  }

  protected tone(): void {
    if (this.stack !== null && this.frame !== null) tone(this.stack, this.frame, this.state);
  }

  protected moved(): void {
    if (!this.told) this.holder.changed();
  }

  protected rendered(): void {
    const { stack, frame } = this;
    if (stack === null || frame === null) return;
    const first = !this.image.classList.contains('painted');
    this.image.classList.add('painted');
    this.drawn(stack, frame);
    if (first) this.holder.named();
    this.holder.painted();
    this.moved();
  }
}
