/** Cornerstone, set up once: one rendering engine, one group of tools with a PACS's mouse. */

import { init as initCore, RenderingEngine } from '@cornerstonejs/core';
import { addTool, annotation, Enums, init as initTools, PanTool, StackScrollTool, ToolGroupManager, WindowLevelTool, ZoomTool } from '@cornerstonejs/tools';
import { configuration, MARK_CLASSES, type Asks } from '../measure/cornerstone';
import { isMarkTool, type MarkTool } from '../measure/tools';
import { LensTool } from './lens';

export type ToolName = 'WindowLevel' | 'StackScroll' | 'Pan' | 'Zoom' | 'Magnify' | 'Point' | 'Crosshair' | MarkTool;

/** Tools that change what is shown; the others only draw on it or point at it. */
export const MOVES: ReadonlySet<ToolName> = new Set<ToolName>(['WindowLevel', 'StackScroll', 'Pan', 'Zoom', 'Crosshair']);

const { Primary, Secondary, Auxiliary, Wheel } = Enums.MouseBindings;
const ALWAYS: Record<string, number[]> = { Zoom: [Secondary], Pan: [Auxiliary], StackScroll: [Wheel] };
const TOOLS = [WindowLevelTool, StackScrollTool, PanTool, ZoomTool, LensTool, ...MARK_CLASSES];

export class Engine {
  readonly rendering: RenderingEngine;
  private readonly group: ReturnType<typeof ToolGroupManager.createToolGroup>;
  tool: ToolName = 'WindowLevel';

  constructor(asks: Asks, mayMark: () => boolean) {
    initCore({ rendering: { webGlContextCount: 4 } } as never);
    initTools();
    this.rendering = new RenderingEngine('room');
    this.group = ToolGroupManager.createToolGroup('room');
    for (const tool of TOOLS) {
      addTool(tool);
      this.group?.addTool(tool.toolName, isMarkTool(tool.toolName) ? configuration(tool.toolName, asks) : tool === StackScrollTool ? { debounceIfNotLoaded: true, loop: false } : {});
    }
    const style = annotation.config.style.getDefaultToolStyles();
    annotation.config.style.setDefaultToolStyles({
      ...style,
      global: { ...style['global'], color: 'rgb(255, 221, 87)', colorHighlighted: 'rgb(120, 220, 255)', colorLocked: 'rgb(190, 230, 170)', colorSelected: 'rgb(120, 220, 255)', lineWidth: '1.5', textBoxColor: 'rgb(255, 221, 87)', textBoxColorHighlighted: 'rgb(120, 220, 255)', textBoxColorLocked: 'rgb(190, 230, 170)', textBoxColorSelected: 'rgb(120, 220, 255)', textBoxLinkLineColor: 'rgb(255, 221, 87)', textBoxFontSize: '14px', textBoxFontFamily: 'Arial, sans-serif', textBoxBackground: 'rgba(0, 0, 0, 0.55)' },
    } as never);
    this.mayMark = mayMark;
    this.choose('WindowLevel');
  }

  private readonly mayMark: () => boolean;

  add(viewportId: string): void {
    this.group?.addViewport(viewportId, this.rendering.id);
  }

  /**
   * Makes every viewport as large as its place on the page, from the next painting on. Cornerstone compares a place with
   * the canvas as it was last painted: one that changed and changed back since would be painted in the shape between.
   */
  fit(keepCamera: boolean): void {
    for (const { canvas, sWidth, sHeight } of this.rendering.getViewports()) {
      if (canvas.width === sWidth && canvas.height === sHeight) continue;
      canvas.width = sWidth;
      canvas.height = sHeight;
    }
    this.rendering.resize(true, keepCamera);
  }

  /** Whether the left button changes what is shown. */
  get moves(): boolean {
    return MOVES.has(this.tool);
  }

  /** The left button does this; wheel, right and middle always scroll, zoom and pan. */
  choose(tool: ToolName): void {
    this.tool = tool;
    for (const { toolName } of TOOLS) {
      if (isMarkTool(toolName) && !this.mayMark()) {
        this.group?.setToolEnabled(toolName);
        continue;
      }
      this.group?.setToolPassive(toolName, { removeAllBindings: true });
      const buttons = [...(ALWAYS[toolName] ?? []), ...(toolName === tool ? [Primary] : [])];
      const fingers = [...(toolName === tool ? [1] : []), ...(toolName === 'Zoom' ? [2] : [])]; // two fingers zoom and pan at once
      const bindings = [...buttons.map((mouseButton) => ({ mouseButton })), ...fingers.map((numTouchPoints) => ({ numTouchPoints }))];
      if (bindings.length > 0) this.group?.setToolActive(toolName, { bindings });
    }
  }
}
