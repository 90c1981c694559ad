/** Which key does what in the room. */

import { LAYOUTS, nameOf } from '../viewer/layouts';
import { presets } from '../viewer/presets';
import { TOOLS } from '../panel/toolbar';
import { keyName, MARK_TOOLS } from '../measure/tools';
import type { App } from './app';
import type { KeyGroup } from './keys';

const ARROWS = [
  ['ArrowLeft', '←', -1, 0],
  ['ArrowRight', '→', 1, 0],
  ['ArrowUp', '↑', 0, -1],
  ['ArrowDown', '↓', 0, 1],
] as const;

export function keyGroups(app: App): KeyGroup[] {
  const pane = app.grid.active;
  const scroll = (by: number) => () => app.act((active) => active.content.scroll(by));
  return [
    {
      name: 'The meeting',
      keys: [
        { key: 'n', name: 'N', what: 'next case', act: () => app.acts.go(1) },
        { key: 'KeyN', shift: true, name: 'Shift N', what: 'case before', act: () => app.acts.go(-1) },
        { key: 't', name: 'T', what: 'present, or take over', act: () => app.acts.take() },
        { key: ' ', name: 'Space', what: 'follow the presenter, or look freely', act: () => app.sharing.toggle() },
        { key: "'", name: "'", what: 'next prepared scene', act: () => app.scenes.next(1) },
        { key: ';', name: ';', what: 'scene before', act: () => app.scenes.next(-1) },
        ...Array.from({ length: 9 }, (_, at) => ({ key: `Digit${at + 1}`, alt: true, name: at === 0 ? 'Alt 1 to 9' : '', what: at === 0 ? 'that scene' : '', act: () => app.scenes.open(at) })),
        { key: 'm', name: 'M', what: 'keep this view as a scene', act: () => void app.scenes.keep() },
        { key: 'KeyB', shift: true, name: 'Shift B', what: 'raise your hand, or lower it', act: () => app.acts.raiseHand() },
        { key: 'b', name: 'B', what: 'side panel', act: () => app.toggleSide() },
        { key: 'u', name: 'U', what: 'full screen, and back', act: () => void app.looking.fullScreen() },
        { key: 'KeyW', shift: true, name: 'Shift W', what: 'second window, for another monitor', act: () => app.looking.openSecond() },
        { key: '?', name: '?', what: 'this list', act: () => app.showKeys() },
      ],
    },
    {
      name: 'Through the images',
      keys: [
        { key: 'ArrowUp', name: '↑', what: 'image before', act: scroll(-1) },
        { key: 'ArrowDown', name: '↓', what: 'next image', act: scroll(1) },
        { key: 'ArrowLeft', name: '←', what: 'image before', act: scroll(-1) },
        { key: 'ArrowRight', name: '→', what: 'next image', act: scroll(1) },
        { key: 'PageUp', name: 'Page up', what: 'ten images back', act: scroll(-10) },
        { key: 'PageDown', name: 'Page down', what: 'ten images on', act: scroll(10) },
        { key: 'Home', name: 'Home', what: 'first image', act: () => app.act((active) => active.content.goTo(0)) },
        { key: 'End', name: 'End', what: 'last image', act: () => app.act((active) => active.content.goTo(Infinity)) },
        { key: 'c', name: 'C', what: 'play a cine, or pause it', act: () => app.play() },
        { key: 'Comma', shift: true, name: 'Shift ,', what: 'slower', act: () => app.looking.faster(-1) },
        { key: 'Period', shift: true, name: 'Shift .', what: 'faster', act: () => app.looking.faster(1) },
        { key: 'KeyU', shift: true, name: 'Shift U', what: 'link all viewports at their levels, or none', act: () => app.looking.link() },
        { key: 'KeyR', shift: true, name: 'Shift R', what: 'reference lines', act: () => app.looking.toggleLines() },
      ],
    },
    {
      name: 'The viewports',
      keys: [
        { key: 'Enter', name: 'Enter', what: 'fill with the active viewport, and back', act: () => app.looking.fill() },
        { key: '', name: 'Tab', what: 'next viewport', act: () => undefined },
        { key: 'h', name: 'H', what: 'next hanging protocol', act: () => app.looking.hangNext(1) },
        { key: 'KeyH', shift: true, name: 'Shift H', what: 'hanging protocol before', act: () => app.looking.hangNext(-1) },
        ...LAYOUTS.map((layout, at) => ({ key: `Digit${at + 1}`, shift: true, name: `Shift ${at + 1}`, what: nameOf(layout), act: () => app.arrange(layout) })),
      ],
    },
    {
      name: 'Planes and volumes',
      keys: [
        { key: 'KeyA', shift: true, name: 'Shift A', what: 'axial plane, and again: as taken', act: () => void app.volumes.turn('axial') },
        { key: 'KeyC', shift: true, name: 'Shift C', what: 'coronal plane', act: () => void app.volumes.turn('coronal') },
        { key: 'KeyS', shift: true, name: 'Shift S', what: 'sagittal plane', act: () => void app.volumes.turn('sagittal') },
        { key: 'KeyM', shift: true, name: 'Shift M', what: 'three planes with crosshair (MPR)', act: () => void app.volumes.threePlanes() },
        { key: 'KeyF', shift: true, name: 'Shift F', what: 'fusion: CT, PET, both, MIP', act: () => void app.volumes.fusion() },
        { key: 'KeyP', shift: true, name: 'Shift P', what: 'MIP from around the patient', act: () => void app.volumes.whole() },
        { key: 'KeyX', shift: true, name: 'Shift X', what: 'the volume in depth, turned by a drag; again: as taken', act: () => void app.volumes.render() },
        ...ARROWS.map(([key, name, across, down]) => ({ key, alt: true, name: `Alt ${name}`, what: 'lean the plane by 5° about the crosshair, or turn the volume in depth', act: () => app.volumes.lean(across, -down) })),
        { key: 'KeyL', alt: true, name: 'Alt L', what: 'planes of one volume lean together, or each by itself', act: () => app.volumes.lock() },
        { key: ']', name: ']', what: 'thicker slab', act: () => app.volumes.thicker(1) },
        { key: '[', name: '[', what: 'thinner slab', act: () => app.volumes.thicker(-1) },
        { key: '.', name: '.', what: 'more of the colour over it', act: () => app.volumes.stronger(1) },
        { key: ',', name: ',', what: 'less of the colour over it', act: () => app.volumes.stronger(-1) },
        { key: 'Escape', name: 'Esc', what: 'take the crosshair away, or give up the mark being drawn', act: () => app.acts.giveUp() },
      ],
    },
    {
      name: 'The image',
      keys: [
        ...TOOLS.map(({ tool, name, key }) => ({ key, name: key.toUpperCase(), what: `left button: ${name}`, act: () => app.choose(tool) })),
        ...MARK_TOOLS.filter(({ tool }) => !TOOLS.some((one) => one.tool === tool)).map((info) => ({ key: info.key, ...(info.shift ? { shift: true } : {}), name: keyName(info), what: `left button: ${info.name}`, act: () => app.choose(info.tool) })),
        { key: '+', name: '+', what: 'nearer', act: () => app.looking.zoom(1) },
        { key: '=', name: '=', what: 'the same', act: () => app.looking.zoom(1) },
        { key: '-', name: '−', what: 'further away', act: () => app.looking.zoom(-1) },
        { key: 'i', name: 'I', what: 'invert', act: () => app.adjust('invert') },
        { key: 'f', name: 'F', what: 'flip left and right', act: () => app.adjust('flip') },
        { key: 'KeyI', shift: true, name: 'Shift I', what: 'flip top and bottom', act: () => app.adjust('flip down') },
        { key: 'd', name: 'D', what: 'turn by 90°', act: () => app.adjust('turn') },
        { key: 'KeyD', shift: true, name: 'Shift D', what: 'turn back', act: () => app.adjust('turn back') },
        { key: 'KeyZ', shift: true, name: 'Shift Z', what: 'zoom to fit', act: () => app.adjust('fit') },
        { key: 'KeyO', shift: true, name: 'Shift O', what: 'true pixels (one to one)', act: () => app.adjust('true size') },
        ...ARROWS.map(([key, name, across, down]) => ({ key, shift: true, name: `Shift ${name}`, what: 'a step of the left button’s tool; of one that marks or points: moves its cross', act: () => app.looking.step(across, down) })),
        { key: 'x', name: 'X', what: 'place a point of the chosen mark at the cross', act: () => app.keyMarks.place() },
        { key: 'r', name: 'R', what: 'reset', act: () => app.adjust('reset') },
        { key: 'y', name: 'Y', what: 'layers: all on or off', act: () => app.toggleAllLayers() },
        { key: 'KeyY', shift: true, name: 'Shift Y', what: 'layers: which there are, and whose', act: () => app.toggleLayers() },
        { key: 'k', name: 'K', what: 'key image', act: () => void app.acts.keyImage() },
        { key: 'KeyK', shift: true, name: 'Shift K', what: 'next key image', act: () => app.scenes.nextKey(1) },
        { key: 'Delete', name: 'Delete', what: 'remove the mark under the mouse', act: () => app.acts.removeMarks() },
        { key: 'Backspace', name: 'Backspace', what: 'the same', act: () => app.acts.removeMarks() },
        { key: 'j', name: 'J', what: 'name the mark under the mouse as a lesion', act: () => app.acts.followLesion() },
        { key: 'z', control: true, name: 'Ctrl Z', what: 'undo my last mark', act: () => app.keeping.undo() },
        { key: 'KeyZ', control: true, shift: true, name: 'Ctrl Shift Z', what: 'do it again', act: () => app.keeping.redo() },
        { key: 'KeyJ', shift: true, name: 'Shift J', what: 'draw for myself only, or for all', act: () => app.acts.drawPrivately() },
        { key: 'q', name: 'Q (hold)', what: 'point for everybody', act: () => undefined },
      ],
    },
    {
      name: 'Windows, or a slide’s magnifications (for this image)',
      keys: Array.from({ length: 10 }, (_, at) => String(at)).flatMap((key) => {
        const preset = presets(pane.hung?.series.modality ?? 'CT', pane.uptake !== null).find((one) => one.key === key);
        const act = (): void => {
          const { active } = app.grid;
          const now = presets(active.hung?.series.modality ?? '', active.uptake !== null).find((one) => one.key === key);
          if (now !== undefined) app.adjust({ preset: now });
        };
        return [{ key, name: key, what: preset?.name ?? '', act }];
      }),
    },
    {
      name: 'The mouse',
      keys: [
        { key: '', name: 'Wheel', what: 'scroll; on a slide: zoom where the mouse is, with Shift: turn', act: () => undefined },
        { key: '', name: 'Left drag', what: 'window, or the tool chosen', act: () => undefined },
        { key: '', name: 'Right drag', what: 'zoom', act: () => undefined },
        { key: '', name: 'Middle drag', what: 'pan', act: () => undefined },
        { key: '', name: 'Double click', what: 'fill with a viewport, and back', act: () => undefined },
        { key: '', name: 'Drag a picture', what: 'show a series, or a study by its date, where it is dropped', act: () => undefined },
      ],
    },
    {
      name: 'Touch',
      keys: [
        { key: '', name: 'One finger', what: 'the tool chosen', act: () => undefined },
        { key: '', name: 'Two fingers', what: 'zoom and pan', act: () => undefined },
        { key: '', name: 'Double tap', what: 'fill with a viewport, and back', act: () => undefined },
      ],
    },
  ];
}
