/** A lens under the mouse, with the image's own pixels in it: always as much larger, however large the viewport. */

import { MagnifyTool } from '@cornerstonejs/tools';

const LARGER = 2.5;
const SIDE = 280;

type Pressed = Parameters<MagnifyTool['preMouseDownCallback']>[0];

export class LensTool extends MagnifyTool {
  constructor(...given: ConstructorParameters<typeof MagnifyTool>) {
    super(...given);
    const press = this.preMouseDownCallback;
    this.preMouseDownCallback = (event: Pressed) => {
      const { clientHeight } = event.detail.element;
      // It divides the viewport's own scale, whose height is not the lens's.
      Object.assign(this.configuration, { magnifyWidth: SIDE, magnifyHeight: SIDE, magnifySize: (LARGER * clientHeight) / SIDE });
      return press(event);
    };
  }
}
